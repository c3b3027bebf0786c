import type { Comparison } from '../../../reports/verdicts/compare-runs.ts';

/** What a run that has ended came to. */
export interface Judged {
  /** With an earlier run, or of the run's own kernels; absent where the run is compared with nothing. */
  readonly comparison?: Comparison;
  /** Prints the verdict, and gives the exit status. */
  readonly conclude: () => number | Promise<number>;
}
