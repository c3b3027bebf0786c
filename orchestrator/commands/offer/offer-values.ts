import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RELEASES } from '../../model/debian-suites.ts';
import { packageData } from '../../model/package-data.ts';
import { cacheDir, PINNED } from '../../model/paths.ts';
import type { OnceFilesystem } from '../../model/suite-in-once.ts';
import { PMEM_PRESETS } from '../compose/pmem-presets.ts';
import { findRunsDir } from './find-runs-dir.ts';

/** A word that a shell may complete to. */
export interface Offer {
  readonly value: string;
  /** For shells that show it. */
  readonly about?: string;
}

export interface Offered {
  readonly words?: readonly Offer[];
  /** The shell adds its folders, or files of this pattern. */
  readonly files?: 'folders' | `*${string}`;
}

/** What has been typed so far and narrows the words. */
export interface Typed {
  /** Of `--runs`, as typed. */
  readonly runs?: string;
  /** Of `--suite`; empty: any. */
  readonly suites: readonly string[];
}

type Narrowed = Required<Typed>;

/** The newest are enough to choose from. */
const MOST_RUNS = 50;
const MATRICES = '*.y*ml';

const SUITES = {
  dax: 'the rules of DAX',
  fio: 'load, latency and checksums',
  flush: 'the rules of flush',
  lockdep: 'the locks of the pmem stack',
  xfstests: 'the tests of your xfstests tree',
};
const FILESYSTEMS: Readonly<Record<OnceFilesystem, string>> = {
  'ext4-dax': 'mounted with dax=always',
  'xfs-dax': 'mounted with dax=always',
  ext4: '',
  xfs: '',
  none: 'the bare device',
};

/**
 * Values of flags and operands, by the kind of the value. Completion asks for them at each TAB: they come from names of
 * files and from documents, as loading suites or schemas would take longer than a TAB may.
 */
const VALUES = {
  bases: () => ({
    words: plain('tiny', 'defconfig', ...RELEASES.slice(0, 3).map((release) => `debian/${release}`)),
    files: '*',
  }),
  baselines: ({ runs }) => ({ words: [...listRuns(runs), ...listBaselines(runs)], files: 'folders' }),
  builtKernels: () => ({ words: listKernels() }),
  comparable: ({ runs }) => ({ words: [...listRuns(runs), ...listBaselines(runs)], files: MATRICES }),
  files: () => ({ files: '*' }),
  filesystems: () => ({ words: described(FILESYSTEMS) }),
  folders: () => ({ files: 'folders' }),
  fragments: () => ({ words: listFragments(), files: '*' }),
  kernels: () => ({
    words: [
      ...plain(...RELEASES),
      ...plain(...RELEASES.slice(0, 3).map((release) => `${release}-backports`)),
      ...listSources(),
    ],
    files: '*',
  }),
  matrices: () => ({ files: MATRICES }),
  measures: () => ({ words: plain('time', 'instructions') }),
  pins: ({ runs }) => ({ words: listPins(runs) }),
  pmem: () => ({ words: plain(...Object.keys(PMEM_PRESETS)) }),
  releases: () => ({ words: plain(...RELEASES) }),
  rules: () => ({
    words: [...described({ dax: SUITES.dax, flush: SUITES.flush }), ...listRules().map(({ rule }) => rule)],
  }),
  runs: ({ runs }) => ({ words: listRuns(runs), files: 'folders' }),
  sources: () => ({ words: listSources(), files: 'folders' }),
  suites: () => ({ words: described(SUITES) }),
  tests: ({ suites }) => ({
    words: listTests().filter(({ value }) => suites.length === 0 || suites.includes(value.split('/')[0] ?? '')),
  }),
} satisfies Readonly<Record<string, (typed: Narrowed) => Offered>>;

export type ValueKind = keyof typeof VALUES;

/** What a flag or operand of this kind may be. */
export async function offerValues(kind: ValueKind, { runs, suites }: Typed): Promise<Offered> {
  const isOfRuns = ['baselines', 'comparable', 'pins', 'runs'].includes(kind);
  return VALUES[kind]({ suites, runs: isOfRuns ? await findRunsDir(runs) : '' });
}

function plain(...values: readonly string[]): Offer[] {
  return values.map((value) => ({ value }));
}

function described(table: Readonly<Record<string, string>>): Offer[] {
  return Object.entries(table).map(([value, about]) => ({ value, about }));
}

function listNames(dir: string): string[] {
  try {
    return readdirSync(dir).toSorted();
  } catch {
    return [];
  }
}

function listRuns(runs: string): Offer[] {
  const isRun = (name: string): boolean => existsSync(join(runs, name, 'events.jsonl'));
  const found = listNames(runs)
    .filter((name) => name !== 'latest' && name !== PINNED)
    .toReversed();
  const ids: Offer[] = [];
  for (const value of found) {
    if (ids.length === MOST_RUNS) break;
    if (isRun(value)) ids.push({ value });
  }
  return isRun('latest') ? [{ value: 'latest', about: 'the newest run' }, ...ids] : ids;
}

function listPins(runs: string): Offer[] {
  return plain(...listNames(join(runs, PINNED)));
}

function listBaselines(runs: string): Offer[] {
  return [
    { value: 'last-green', about: 'the newest run of the matrix without a failure' },
    ...listPins(runs).map(({ value }) => ({ value: `pinned:${value}` })),
  ];
}

interface BuiltKernel {
  readonly key: string;
  readonly release?: string;
  readonly source?: string;
}

/** Entries of the cache, and what those that the rig built say of themselves. */
function readKernels(): readonly BuiltKernel[] {
  const dir = join(cacheDir(), 'kernels');
  return listNames(dir)
    .filter((key) => !/\.(?:lock|sums|partial-.*)$/.test(key))
    .map((key) => {
      try {
        return { key, ...(JSON.parse(readFileSync(join(dir, key, 'build.json'), 'utf8')) as Omit<BuiltKernel, 'key'>) };
      } catch {
        return { key };
      }
    });
}

function listKernels(): Offer[] {
  return readKernels().map(({ key, release, source }) => ({
    value: key,
    ...(release !== undefined && { about: `${release} from ${source ?? 'an unknown source'}` }),
  }));
}

/** Debian's source packages that kernels in the cache were built from. */
function listSources(): Offer[] {
  const names = readKernels().flatMap(({ source }) => /^linux-source-\S+/.exec(source ?? '')?.[0] ?? []);
  return [...new Set(names)].map((value) => ({ value, about: 'to build' }));
}

/** `+name` adds to the default, the name alone replaces it. Each begins with a comment on what it is for. */
function listFragments(): Offer[] {
  const dir = packageData('guests/kernels/kconfig/fragments');
  const found = listNames(dir).map((file) => ({
    value: file.replace(/\.config$/, ''),
    about: /^# (.*)/.exec(readFileSync(join(dir, file), 'utf8'))?.[1] ?? '',
  }));
  return [...found.map(({ value, about }) => ({ value: `+${value}`, about })), ...found];
}

/** A test holds the document and the rules together. */
function listRules(): { readonly rule: Offer; readonly cases: readonly string[] }[] {
  const text = readFileSync(packageData('docs/checks.md'), 'utf8');
  return [...text.matchAll(/^## (\w+\/\S+)\n\n(.*)$([^]*?)(?=^## |(?![^]))/gm)].map(
    ([, value = '', about = '', rest = '']) => ({
      rule: { value, about },
      cases: /^- \*\*cases\*\*: ([^(\n]*)/m.exec(rest)?.[1]?.trim().split(', ') ?? [],
    }),
  );
}

function listTests(): Offer[] {
  const rules = listRules().flatMap(({ rule, cases }) =>
    cases.length === 0 ? [rule] : cases.map((name) => ({ ...rule, value: `${rule.value}/${name}` })),
  );
  return [
    ...rules,
    ...listFiles('fio', packageData('orchestrator/suites/fio/jobs'), '.fio'),
    ...listFiles('lockdep', packageData('orchestrator/suites/lockdep/exercises'), '.sh'),
  ];
}

/** Of suites whose tests are files each; beside them lies what they share. */
function listFiles(suite: string, dir: string, suffix: string): Offer[] {
  const names = listNames(dir).filter((file) => file.endsWith(suffix) && file !== 'lib.sh');
  return names.map((file) => ({ value: `${suite}/${file.slice(0, -suffix.length)}` }));
}
