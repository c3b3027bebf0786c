import type { RunSummary } from '../../../reports/fold/summary.ts';
import type { Comparison } from '../../../reports/verdicts/compare-runs.ts';
import type { RunPurpose } from '../../run/record/run-purpose.ts';

/** What the run amounts to for whoever called: the exit status. */
type JudgeRun = (summary: RunSummary) => number;

/** What may be asked beside the run itself. */
export interface RunExtras {
  /** For whoever goes on with it. */
  readonly purpose?: RunPurpose;
  /** Gives the exit status of a run that is compared with nothing; absent: see {@link exitStatus}. */
  readonly judge?: JudgeRun;
  /** The folder of a run to judge this one by. */
  readonly baseDir?: string;
  /** It is of all the matrix' cells: one that the baseline has beside them is gone. */
  readonly whole?: boolean;
  /** How the run is judged, once it has ended, where that is not by an earlier run. */
  readonly compare?: (summary: RunSummary, runDir: string) => Promise<Comparison>;
  /**
   * Tells what the comparison came to, and gives the exit status; absent: in the terminal, see {@link judgeAgainst}.
   */
  readonly tell?: (comparison: Comparison, summary: RunSummary, runDir: string) => number | Promise<number>;
  /** Where progress and report go; absent: standard output. */
  readonly terminal?: NodeJS.WriteStream;
  /**
   * Called with the run's folder once its reports are written and its verdict is printed, also of a run that failed as
   * a whole.
   */
  readonly publish?: (runDir: string) => Promise<void>;
}
