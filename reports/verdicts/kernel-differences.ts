import type { CompilerWarning } from '../../orchestrator/model/compiler-warning.ts';
import type { RunSummary } from '../fold/summary.ts';

/** The lock classes that lockdep met in the guests of a cell. */
export interface LockClassList {
  readonly names: ReadonlySet<string>;
  /** Each guest came to its end: what is not in the list was not met. */
  readonly whole: boolean;
}

/** What two kernels of one run differ in beside their tests. None of it is an alarm. */
export interface KernelDifferences {
  /** Names of the matrix. */
  readonly base: string;
  readonly now: string;
  /** Absent unless the rig built both. */
  readonly warnings?: { readonly fresh: readonly PatchedWarning[]; readonly gone: readonly CompilerWarning[] };
  /** Absent unless lockdep watched the same cells on both. */
  readonly lockClasses?: LockClassDifference;
  /** Present if a series was built patch by patch: what broke on the way and is whole again at its end. */
  readonly brokenBetween?: readonly {
    readonly cell: string;
    readonly test: string;
    readonly patch: string;
    readonly message?: string;
  }[];
}

/** A warning, and the patch of a series that brought it, where that is known. */
export interface PatchedWarning extends CompilerWarning {
  readonly patch?: string;
}

/** Names of lock classes that one kernel met and the other did not, over the cells that both have. */
export interface LockClassDifference {
  /** As many cells were compared. */
  readonly cells: number;
  readonly fresh: readonly string[];
  readonly gone: readonly string[];
}

/**
 * The compiler's warnings on a kernel of the run; `undefined` for one that the rig did not build, or whose build
 * failed.
 */
export function warningsOf(
  { stages }: Pick<RunSummary, 'stages'>,
  kernel: string,
): readonly CompilerWarning[] | undefined {
  return stages.find(({ stage, status }) => stage === `kernel ${kernel}` && status === 'done')?.warnings;
}

/** By file and words: what moved to another line is the same warning. */
export function compareWarnings(
  base: readonly CompilerWarning[],
  now: readonly CompilerWarning[],
): { readonly fresh: readonly CompilerWarning[]; readonly gone: readonly CompilerWarning[] } {
  return { fresh: without(now, base), gone: without(base, now) };
}

function without(warnings: readonly CompilerWarning[], others: readonly CompilerWarning[]): readonly CompilerWarning[] {
  const known = new Set(others.map(keyOf));
  return warnings.filter(
    (warning, index) =>
      !known.has(keyOf(warning)) && warnings.findIndex((other) => keyOf(other) === keyOf(warning)) === index,
  );
}

function keyOf({ file, text }: CompilerWarning): string {
  return `${file}\0${text.replaceAll(/\b(?:line )?\d+\b/g, '#')}`;
}

/**
 * What lockdep met on one kernel alone, over the cells where both left a list. A list that a splat cut short still
 * shows what is new in it.
 * @param base by cell, named as those of `now`
 */
export function compareLockClasses(
  base: ReadonlyMap<string, LockClassList>,
  now: ReadonlyMap<string, LockClassList>,
): LockClassDifference | undefined {
  const cells = [...now.keys()].filter((cell) => base.has(cell));
  if (cells.length === 0) return undefined;
  return { cells: cells.length, fresh: namesAlone(now, base, cells), gone: namesAlone(base, now, cells) };
}

/**
 * Names that the first lists alone have. Only cells count whose other list is whole: a list that was cut short does not
 * show what it would not have had.
 */
function namesAlone(
  lists: ReadonlyMap<string, LockClassList>,
  others: ReadonlyMap<string, LockClassList>,
  cells: readonly string[],
): readonly string[] {
  const known = new Set(cells.flatMap((cell) => [...(others.get(cell)?.names ?? [])]));
  const listed = cells
    .filter((cell) => others.get(cell)?.whole === true)
    .flatMap((cell) => [...(lists.get(cell)?.names ?? [])]);
  return [...new Set(listed)].filter((name) => !known.has(name)).toSorted();
}
