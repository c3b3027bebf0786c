import type { RunFold } from '../../../reports/fold/fold.ts';
import type { PhaseClock } from '../../model/phase-time.ts';
import type { RunFolder } from '../../run/record/run-folder.ts';
import type { RunPurpose } from '../../run/record/run-purpose.ts';
import type { ResumedRun } from '../../run/resume/resume-run.ts';
import type { ExecuteOptions } from '../plan/execute-options.ts';
import type { PlannedMatrix } from '../plan/load-plan.ts';

/** What is to be run, where, and what for. */
export interface RunTask extends PlannedMatrix {
  readonly purpose: RunPurpose;
  /** See the event `run-start`. */
  readonly rerun: string;
  readonly retries: number;
  readonly split: number;
  readonly repeat: number;
  /** The folder of runs. */
  readonly runs: string;
  /** Makes or opens the run's folder, once the host is known to hold the run. */
  readonly openFolder: () => Promise<RunFolder>;
  /** Measures the steps of the controller around its guests. */
  readonly clock: PhaseClock;
  readonly resumed?: ResumedRun;
  /** What is known already of a run that is resumed. */
  readonly fold?: RunFold;
  readonly options: Pick<ExecuteOptions, 'jobs' | 'keepGuest' | 'verbose' | 'profile' | 'loadedMs'>;
}
