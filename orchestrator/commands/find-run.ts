import { existsSync, realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { UserError } from '../model/errors.ts';
import { runsDir } from '../model/paths.ts';
import { quoteWord } from '../model/quote-word.ts';

/**
 * The folder of a run that the user named by path, by id or as `latest`; a path wins over an id of the same name.
 * @throws UserError when there is none
 */
export function findRun(run: string, runs: string): string {
  const found = [resolve(run), join(runs, run)].find((dir) => existsSync(join(dir, 'events.jsonl')));
  // `latest` by its own name: the link will point elsewhere some day.
  if (found !== undefined) return realpathSync(found);
  throw new UserError(`no run ${run}: neither a folder with an events.jsonl nor an id in ${runs}`, {
    code: 'no-run',
    remedy: `list them with: pmemrig history${runs === resolve(runsDir()) ? '' : ` --runs ${quoteWord(runs)}`}`,
  });
}
