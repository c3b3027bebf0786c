import type { FailureRate, RunPlace } from '../fold/past-test.ts';

/**
 * What became of a test since a baseline. `new-test`: nothing is known of it from before. `still-skipped`: it ran
 * neither time. `unknown`: the rig or its host failed, or the test never ran. This says nothing about the kernel.
 */
export type Verdict =
  | 'new-failure'
  | 'missing'
  | 'newly-skipped'
  | 'known-failure'
  | 'fixed'
  | 'new-test'
  | 'unknown'
  | 'still-skipped'
  | 'still-passing';

/** Those to be read first come first. */
export const VERDICTS = [
  'new-failure',
  'missing',
  'newly-skipped',
  'fixed',
  'new-test',
  'unknown',
  'known-failure',
  'still-skipped',
  'still-passing',
] as const satisfies readonly Verdict[];

export interface TestVerdict {
  readonly verdict: Verdict;
  /** In how many of the earlier runs in which it ran its first attempt failed. */
  readonly rate: FailureRate;
  /**
   * For a failure: how likely a test with this rate fails as often in a row by chance alone, 0 to 1. For a fix: how
   * likely it passes so.
   */
  readonly chance?: number;
  /** For a failure: the first run of those that failed in a row; absent if that is this one. */
  readonly since?: RunPlace;
  /** For a failure: the last run in which it passed. */
  readonly lastGood?: RunPlace;
}
