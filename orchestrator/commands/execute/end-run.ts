import { Stages } from '../../host/stages.ts';
import { letYoungGenerationGrow } from '../../host/heap.ts';
import {
  announce,
  conclude,
  judge,
  keepComparison,
  publish,
  statusOf,
  summarize,
  writeReports,
} from '../finish/last-stages.ts';
import type { RunSummary } from '../../../reports/fold/summary.ts';
import { profileRun } from '../../../reports/facts/profile.ts';
import { formatProfile } from '../../../reports/formats/terminal/profile-table.ts';
import { nameStage, type PhaseClock } from '../../model/phase-time.ts';
import { logLine } from '../../host/log-line.ts';
import type { EndedRun } from './run-guests.ts';
import { endProgress, waitWithGuest, warnOfIdleKnown } from './run-stages.ts';

/** What follows on the guests' end, also after a failure of the run as a whole. */
const ENDING = Stages.from<EndedRun>()
  .next(makeRoomForReports)
  .next(summarize)
  .next(judge)
  .next(keepComparison)
  .next(writeReports)
  .next(endProgress)
  .next(warnOfIdleKnown)
  .next(announce)
  .next(waitWithGuest)
  .next(conclude)
  .next(publish);

/** From here on the reports are much work. */
const LARGE_RUN_TESTS = 5000;

function makeRoomForReports({ plan }: Pick<EndedRun, 'plan'>): void {
  if (plan.cells.reduce((sum, { tests }) => sum + tests.length, 0) > LARGE_RUN_TESTS) letYoungGenerationGrow();
}

/** Brings a run to its verdict, and gives the exit status. Rejects with the error that the run failed for as a whole. */
export async function endRun(run: EndedRun): Promise<number> {
  try {
    const { clock, options } = run;
    const { conclusion, summary } = await ENDING.run(run, (stage) => clock.end(nameStage(stage)));
    if (options.profile === true) showTime(summary, clock);
    return statusOf(conclusion);
  } catch (error) {
    // The first cause is the one to report.
    throw run.failure ? run.failure.error : error;
  }
}

/** Prints where the time went, with what came after the journal's last event. */
function showTime(summary: RunSummary, clock: PhaseClock): void {
  const { user, system } = process.cpuUsage();
  const lines = formatProfile(profileRun(summary, clock.take()), { cpuMs: (user + system) / 1000 });
  logLine(lines.join('\n'));
}
