import { dirname, resolve } from 'node:path';
import type { JournalEvent } from '../../orchestrator/model/event.ts';
import { runsDir } from '../../orchestrator/model/paths.ts';
import { RunFold } from './fold.ts';
import { readJournal } from '../journal/read-journal.ts';
import type { RunSummary } from './summary.ts';

/**
 * A run as its journal shows it, and where it lies.
 *
 * @param end how it ended, of a run whose journal could not take that any more
 * @throws UserError when there is no readable journal (see {@link readJournal})
 */
export async function summarizeRun(
  runDir: string,
  end?: JournalEvent & { readonly type: 'run-end' },
): Promise<RunSummary> {
  const fold = new RunFold();
  for await (const event of readJournal(runDir)) fold.apply(event);
  if (end) fold.apply(end);
  const runs = dirname(resolve(runDir));
  return { ...fold.summarize(), ...(runs !== runsDir() && { runs }) };
}
