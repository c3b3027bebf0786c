import { dirname, resolve } from 'node:path';
import { runsDir } from '../orchestrator/model/paths.ts';
import { RunFold } from './fold.ts';
import { readJournal } from './read-journal.ts';
import type { RunSummary } from './summary.ts';

/**
 * A run as its journal tells it, and where it lies.
 * @throws UserError when there is no readable journal (see {@link readJournal})
 */
export async function summarizeRun(runDir: string): Promise<RunSummary> {
  const fold = new RunFold();
  for await (const event of readJournal(runDir)) fold.apply(event);
  const runs = dirname(resolve(runDir));
  return { ...fold.summarize(), ...(runs !== runsDir() && { runs }) };
}
