import { UserError } from '../../model/errors.ts';
import type { GUEST_BEGINNINGS } from '../../model/matrix.ts';
import type { OnceDevice, OnceFilesystem, OnceFlags, SuiteInOnce } from '../../model/suite-in-once.ts';
import type { Suite } from '../../model/suite.ts';
import { ALL_SUITES } from '../../suites/registry.ts';
import { composeCommand } from './compose-command.ts';
import { composeKernel, type KernelOptions } from './compose-kernel.ts';
import { narrowingTests, suitesOf, testsOf } from './named-tests.ts';
import { carriesDaxFilesystem, PMEM_PRESETS } from './pmem-presets.ts';
import { present } from '../../model/present.ts';

/** The flags of `pmemrig once` and `pmemrig shell`. */
export interface OnceOptions extends KernelOptions, OnceFlags {
  readonly image: string;
  readonly pmem: readonly string[];
  /** Absent: none for a command; for other suites `ext4-dax` where the device can do DAX, none elsewhere. */
  readonly fs?: readonly string[];
  /** For the case that nothing says which suites run, see `namedSuites`; absent: the standard ones. */
  readonly chosen?: readonly string[];
  readonly cpus: number;
  readonly memory: string;
  readonly append?: string;
  readonly boot?: (typeof GUEST_BEGINNINGS)[number];
  readonly filter?: readonly string[];
  /** A folder to copy in whole, in which the command is then looked up. */
  readonly upload?: string;
  /** Patterns over signatures of kernel problems that are no news. */
  readonly known?: readonly string[];
  /** The command's deadline; absent: the suite's own default. */
  readonly timeout?: string;
}

/**
 * xfs/550 to 552 want both rmapbt and reflink; the latter mkfs.xfs has on by default, and kernels before 6.0 refuse it
 * with DAX.
 */
export const FS_PRESETS: Readonly<Record<OnceFilesystem, Readonly<Record<string, string>>>> = {
  'ext4-dax': { type: 'ext4', mount: 'dax=always' },
  'xfs-dax': { type: 'xfs', mount: 'dax=always', mkfs: '-m rmapbt=1' },
  ext4: { type: 'ext4' },
  xfs: { type: 'xfs' },
  none: { type: 'none' },
};
const USUAL_FILESYSTEM: NonNullable<SuiteInOnce['filesystem']> = { onDax: 'ext4-dax', elsewhere: 'none' };

export const STANDARD_SUITES = ALL_SUITES.filter(({ once }) => once?.isStandard).map(({ kind }) => kind);

/**
 * The matrix file, as a plain value, that the flags of a one-shot run stand for; it goes through the same
 * loader as any other. `command` is what follows `--`.
 */
export function composeOnce(
  options: OnceOptions,
  command: readonly string[],
  cwd = process.cwd(),
): Record<string, unknown> {
  const suites: SuiteEntry[] = [
    ...(namedSuites(options, command) ?? options.chosen ?? STANDARD_SUITES).map((name) => composeSuite(name, options)),
    ...(command.length > 0 ? [composeCommand(command, options, cwd)] : []),
  ];
  refuseIdle(options, command, suites);
  const parts = suites.map(({ name }) => findSuite(name)?.once);
  const sets = new Set(parts.flatMap((once) => once?.packageSets ?? []));
  return {
    version: 1,
    name: 'once',
    guest: {
      cpus: options.cpus,
      memory: options.memory,
      ...present({ append: options.append, boot: options.boot }),
    },
    kernels: [composeKernel(options, cwd)],
    images: [{ name: options.image, debian: { release: options.image, ...(sets.size > 0 && { sets: [...sets] }) } }],
    pmem: options.pmem.map((name) => ({
      name,
      devices: devicesOf({ ...preset('--pmem', PMEM_PRESETS, name), size: options.size }, parts, options),
    })),
    filesystems: (options.fs ?? usualFilesystems(parts)).map((name) => ({
      name,
      ...preset('--fs', FS_PRESETS, name),
    })),
    suites,
    ...(options.known && {
      known: options.known.map((signature) => ({ signature, reason: 'named on the command line' })),
    }),
    ...(!options.fs && {
      include: options.pmem.flatMap((pmem) =>
        suites.map(({ name }) => ({ pmem, suite: name, filesystem: defaultFilesystem(pmem, findSuite(name)?.once) })),
      ),
    }),
  };
}

/** A suite's entry in the matrix, as a plain value. */
interface SuiteEntry {
  readonly name: string;
}

function composeSuite(name: string, options: OnceOptions): SuiteEntry {
  const suite = findSuite(name);
  return { name, ...(suite && suite.once?.keys?.(options, testsOf(suite, options.test))) };
}

/** An unknown name is the loader's to refuse. */
function findSuite(name: string): Suite | undefined {
  return ALL_SUITES.find(({ kind }) => kind === name);
}

/** A flag that changes nothing is a mistake that would go unseen. */
function refuseIdle(options: OnceOptions, command: readonly string[], suites: readonly SuiteEntry[]): void {
  const absent = ALL_SUITES.filter(({ kind }) => !suites.some(({ name }) => name === kind));
  // If there are two such flags, the one that the help has first: --group before --measure.
  for (const suite of absent.toReversed()) {
    const error = suite.once?.refuseIdle?.(options, testsOf(suite, options.test));
    if (error) throw error;
  }
  if (options.timeout !== undefined && command.length === 0)
    throw new UserError('--timeout is for the command behind --, and there is none', {
      code: 'idle-flag',
      remedy: 'for other suites write timeout: in a matrix file (docs/matrix.md)',
    });
}

/**
 * The suites that flags or a command stand for: those of `--suite`, else those that other flags choose or `--test`
 * speaks of. `undefined` where nothing says which.
 */
export function namedSuites(options: OnceFlags, command: readonly string[]): readonly string[] | undefined {
  if (options.suite) return options.suite;
  const chosen = ALL_SUITES.filter((suite) => suite.once?.isChosen?.(options, testsOf(suite, options.test)));
  const found = new Set([...chosen.map(({ kind }) => kind), ...suitesOf(narrowingTests(options.test))]);
  return found.size > 0 || command.length > 0 ? [...found] : undefined;
}

/** As many as the most demanding suite wants; a suite that wants one device takes the first. */
function devicesOf(
  one: OnceDevice,
  parts: readonly (SuiteInOnce | undefined)[],
  flags: OnceFlags,
): readonly OnceDevice[] {
  return parts
    .map((once) => once?.devices?.(one, flags) ?? [one])
    .reduce((most, devices) => (devices.length > most.length ? devices : most), [one]);
}

/** All file systems that some suite uses, in one order whichever suites run. */
function usualFilesystems(parts: readonly (SuiteInOnce | undefined)[]): readonly string[] {
  const names = [USUAL_FILESYSTEM, ...parts.flatMap((once) => once?.filesystem ?? [])];
  return [...new Set(names.flatMap(({ onDax, elsewhere }) => [onDax, elsewhere]))];
}

function defaultFilesystem(pmem: string, once: SuiteInOnce | undefined): OnceFilesystem {
  const { onDax, elsewhere } = once?.filesystem ?? USUAL_FILESYSTEM;
  return carriesDaxFilesystem(pmem) ? onDax : elsewhere;
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
