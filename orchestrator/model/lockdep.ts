/**
 * How far lockdep watched one test, and what it has learnt by then. Counts are those of `/proc/lockdep_stats` after the
 * test.
 */
export interface LockdepCoverage {
  /**
   * Lockdep was on from the test's beginning to its end, with room in its tables. Without that a pass says nothing of
   * locking.
   */
  readonly covered: boolean;
  /** Why it was not covered. */
  readonly reason?: string;
  readonly classes: number;
  readonly dependencies: number;
  readonly chains: number;
  /** What the test added to each. */
  readonly grown: { readonly classes: number; readonly dependencies: number; readonly chains: number };
}
