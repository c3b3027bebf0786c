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
    const { conclusion } = await ENDING.run(run);
    return statusOf(conclusion);
  } catch (error) {
    // The first cause is the one to report.
    throw run.failure ? run.failure.error : error;
  }
}
