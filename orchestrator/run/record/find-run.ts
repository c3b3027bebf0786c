import { existsSync, realpathSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { isRemembered } from '../../../reports/history/history-dir.ts';
import { UserError } from '../../model/errors.ts';
import { runsDir } from '../../model/paths.ts';
import { quoteWord } from '../../model/quote-word.ts';

/**
 * The folder of a run that the user named by path, by id or as `latest`; a path wins over an id of the same name.
 * @throws UserError when there is none, or none any more
 */
export function findRun(run: string, runs: string): string {
  const found = [resolve(run), join(runs, run)].find((dir) => existsSync(join(dir, 'events.jsonl')));
  // `latest` by its own name: the link will point elsewhere some day.
  if (found !== undefined) return realpathSync(found);
  const flag = runs === resolve(runsDir()) ? '' : ` --runs ${quoteWord(runs)}`;
  const runId = basename(run);
  if ([resolve(run), resolve(runs, run)].includes(join(runs, runId)) && isRemembered(runs, runId)) {
    throw new UserError(`the run ${runId} was removed: only what its tests came to is left, in the history`, {
      code: 'run-removed',
      remedy:
        `name one that pmemrig history${flag} does not call removed; a run that is pinned is kept: ` +
        `pmemrig pin RUN NAME${flag}`,
    });
  }
  throw new UserError(`no run ${run}: neither a folder with an events.jsonl nor an id in ${runs}`, {
    code: 'no-run',
    remedy: `list them with: pmemrig history${flag}`,
  });
}
