import { RunFold } from './fold.ts';
import { readJournal } from './read-journal.ts';
import type { RunSummary } from './summary.ts';

/**
 * A run as its journal tells it.
 * @throws UserError when there is no readable journal (see {@link readJournal})
 */
export async function summarizeRun(runDir: string): Promise<RunSummary> {
  const fold = new RunFold();
  for await (const event of readJournal(runDir)) fold.apply(event);
  return fold.summarize();
}
