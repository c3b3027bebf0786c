import type { KernelProblem } from './problem.ts';

/**
 * A kernel problem that is expected: shown, but no failure until it expires. At least one of `signature` and `title` is
 * there.
 */
export interface KnownProblem {
  /** Globs (picomatch, `*` also across slashes) over a problem's signature and title. */
  readonly signature?: string;
  readonly title?: string;
  readonly reason: string;
  /** Where it is discussed. */
  readonly link?: string;
  /** Kernel versions, `>=6.1 <6.6`; absent: all. */
  readonly kernels?: string;
  /** `YYYY-MM-DD`: from the day after it counts as a failure again; absent: never. */
  readonly expires?: string;
}

/** A problem with what the run's list of known ones says of it. */
export interface JudgedProblem {
  readonly problem: KernelProblem;
  /** The test planted it, see `PlannedTest.expects`. */
  readonly expected?: true;
  readonly known?: Pick<KnownProblem, 'reason' | 'link'>;
  /** The listed reason of an entry that fits but has expired. */
  readonly expired?: string;
}
