import { carriesDaxFilesystem, PMEM_PRESETS, type PresetDevice } from './pmem-presets.ts';
import { UserError } from '../../model/errors.ts';
import { parseSize } from '../../model/size.ts';
import { composeCommand } from './compose-command.ts';
import { composeKernel, type KernelOptions } from './compose-kernel.ts';
import { readNamedTests, suitesOf, xfstestsIn } from './named-tests.ts';

/** The flags of `pmemrig once` and `pmemrig shell`. */
export interface OnceOptions extends KernelOptions {
  readonly image: string;
  readonly pmem: readonly string[];
  readonly size: string;
  /** Absent: none for a command; for other suites `ext4-dax` where the device can do DAX, none elsewhere. */
  readonly fs?: readonly string[];
  /**
   * Absent: xfstests where its groups or tests are named, those that `test` speaks of, else `chosen`, unless a command
   * is given.
   */
  readonly suite?: readonly string[];
  /** For the case that neither suites nor tests nor a command are named; absent: fio. */
  readonly chosen?: readonly string[];
  /** Group expressions of xfstests. */
  readonly group?: readonly string[];
  /** Single tests of xfstests, and what narrows the plan: see `readNamedTests`. */
  readonly test?: readonly string[];
  readonly cpus: number;
  readonly memory: string;
  readonly append?: string;
  readonly filter?: readonly string[];
  /** A folder to copy in whole, in which the command is then looked up. */
  readonly upload?: string;
  /** Patterns over signatures of kernel problems that are no news. */
  readonly known?: readonly string[];
  /** What figures fio gives; absent: times. */
  readonly measure?: string;
  /** Of the command; absent: the suite's own default. */
  readonly timeout?: string;
}

const MIN_FIO_BYTES = 2 ** 20;
const MAX_FIO_BYTES = 128 * MIN_FIO_BYTES;

/** How long an exercise of a suite that was not named keeps up its load. */
const BRIEF_LOAD = '5s';

/**
 * xfs/550 to 552 want both rmapbt and reflink; the latter mkfs.xfs has on by default, and kernels before 6.0 refuse it
 * with DAX.
 */
const FS_PRESETS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'ext4-dax': { type: 'ext4', mount: 'dax=always' },
  'xfs-dax': { type: 'xfs', mount: 'dax=always', mkfs: '-m rmapbt=1' },
  ext4: { type: 'ext4' },
  xfs: { type: 'xfs' },
  none: { type: 'none' },
};

/**
 * The matrix file, as a plain value, that the flags of a one-shot run stand for; it goes through the same
 * loader as any other. `command` is what follows `--`.
 */
export function composeOnce(
  options: OnceOptions,
  command: readonly string[],
  cwd = process.cwd(),
): Record<string, unknown> {
  const suites: Record<string, unknown>[] = defaultSuites(options, command).map((name) => ({
    name,
    ...(name === 'fio' && {
      size: fioSize(options.size),
      ...(options.measure !== undefined && { measure: options.measure }),
    }),
    ...(name === 'lockdep' && options.suite === undefined && { duration: BRIEF_LOAD }),
    ...(name === 'xfstests' && chosenTests(options)),
  }));
  if (command.length > 0)
    suites.push({
      name: 'command',
      ...composeCommand(command, options.upload, cwd),
      ...(options.timeout !== undefined && { timeout: options.timeout }),
    });
  const hasXfstests = suites.some(({ name }) => name === 'xfstests');
  refuseIdle(options, command, suites);
  return {
    version: 1,
    name: 'once',
    guest: {
      cpus: options.cpus,
      memory: options.memory,
      ...(options.append !== undefined && { append: options.append }),
    },
    kernels: [composeKernel(options, cwd)],
    images: [{ name: options.image, debian: { release: options.image, ...(hasXfstests && { sets: ['xfstests'] }) } }],
    pmem: options.pmem.map((name) => ({
      name,
      devices: devicesOf(preset('--pmem', PMEM_PRESETS, name), options.size, hasXfstests),
    })),
    filesystems: (options.fs ?? ['ext4-dax', 'none', ...(hasXfstests ? ['ext4'] : [])]).map((name) => ({
      name,
      ...preset('--fs', FS_PRESETS, name),
    })),
    suites,
    ...(options.known && {
      known: options.known.map((signature) => ({ signature, reason: 'named on the command line' })),
    }),
    ...(!options.fs && {
      include: options.pmem.flatMap((pmem) =>
        suites.map(({ name }) => ({ pmem, suite: name, filesystem: defaultFileSystem(pmem, name) })),
      ),
    }),
  };
}

/** A flag that changes nothing is a mistake that would go unseen. */
function refuseIdle(
  { group, test, timeout, measure }: OnceOptions,
  command: readonly string[],
  suites: readonly Record<string, unknown>[],
): void {
  const runs = (kind: string): boolean => suites.some(({ name }) => name === kind);
  const [named] = readNamedTests(test).xfstests;
  const chosen = group ? '--group' : named === undefined ? undefined : `--test ${named}`;
  if (chosen !== undefined && !runs('xfstests'))
    throw new UserError(`${chosen} chooses tests of xfstests, which --suite leaves out`, {
      code: 'idle-flag',
      remedy: 'add xfstests to --suite, or leave --suite out',
    });
  if (measure !== undefined && !runs('fio'))
    throw new UserError(`--measure ${measure} is for fio, which is not among the suites`, {
      code: 'idle-flag',
      remedy: 'add fio to --suite, or leave --measure out',
    });
  if (timeout !== undefined && command.length === 0)
    throw new UserError('--timeout is for the command behind --, and there is none', {
      code: 'idle-flag',
      remedy: 'for other suites write timeout: in a matrix file (docs/matrix.md)',
    });
}

function defaultSuites(options: OnceOptions, command: readonly string[]): readonly string[] {
  return namedSuites(options, command) ?? options.chosen ?? ['fio'];
}

/** The suites that flags or a command stand for; `undefined` where nothing says which. */
export function namedSuites(
  { suite, group, test }: Pick<OnceOptions, 'suite' | 'group' | 'test'>,
  command: readonly string[],
): readonly string[] | undefined {
  if (suite) return suite;
  const { xfstests, narrow } = readNamedTests(test);
  const found = new Set([...(group || xfstests.length > 0 ? ['xfstests'] : []), ...suitesOf(narrow)]);
  return found.size > 0 || command.length > 0 ? [...found] : undefined;
}

function chosenTests({ group, test }: OnceOptions): Record<string, unknown> {
  const { xfstests, narrow } = readNamedTests(test);
  const tests = group || xfstests.length > 0 ? xfstests : xfstestsIn(narrow);
  return { ...(group && { groups: group }), ...(tests.length > 0 && { tests }) };
}

/** xfstests wants TEST, SCRATCH and LOGWRITES_DEV; a suite that wants one device takes the first. */
function devicesOf(device: PresetDevice, size: string, forXfstests: boolean): readonly PresetDevice[] {
  const one = { ...device, size };
  return forXfstests ? [one, { ...one }, { kind: 'virtio-blk', size }] : [one];
}

/** A command gets the bare device unless it asks for a file system: it may write there. A selftest looks at neither. */
function defaultFileSystem(pmem: string, suite: unknown): string {
  if (suite === 'xfstests' && !carriesDaxFilesystem(pmem)) return 'ext4';
  return suite !== 'command' && suite !== 'selftest' && carriesDaxFilesystem(pmem) ? 'ext4-dax' : 'none';
}

/**
 * Half of a small device is left to the file system; a large one need not be filled. An unreadable size is the loader's
 * to refuse.
 */
function fioSize(deviceSize: string): number {
  const bytes = parseSize(deviceSize) ?? 0;
  return Math.min(MAX_FIO_BYTES, Math.max(MIN_FIO_BYTES, Math.floor(bytes / 2 / MIN_FIO_BYTES) * MIN_FIO_BYTES));
}

function preset<T>(flag: string, presets: Readonly<Record<string, T>>, name: string): T {
  const found = presets[name];
  if (found === undefined) {
    throw new UserError(`${flag} ${name}: unknown`, {
      code: 'unknown-preset',
      remedy: `one of ${Object.keys(presets).join(', ')}; for anything else write a matrix file (docs/matrix.md)`,
    });
  }
  return found;
}
