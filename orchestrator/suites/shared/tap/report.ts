import type { TestResult } from '../../../model/outcome.ts';

export type TapSubtest = NonNullable<TestResult['subtests']>[number];

/** What the TAP and KTAP in a program's output says. */
export interface TapReport {
  /** The leaves in order, nested names joined by `/`; those of a group that never ended, too. Names are unique. */
  readonly subtests: readonly TapSubtest[];
  /**
   * What is wrong with the output as a whole, a phrase each: first the results that are missing, then a broken plan or
   * `Bail out!`.
   */
  readonly problems: readonly string[];
  /** How many of the problems are results that are missing. */
  readonly missingProblems: number;
  /** The reason of `1..0 # SKIP reason`, where that is all the output says. */
  readonly skipAll?: string;
  /** What the reader saw and did not count, a phrase each. */
  readonly remarks: readonly string[];
  /** The output's last result was a skip: with kselftest's exit status 4, that explains why the rest is missing. */
  readonly endedInSkip: boolean;
  /** Lines that look like results but belong to no TAP stream. */
  readonly strayLines: number;
}
