import { quoteWord } from '../orchestrator/model/quote-word.ts';
import { needsAttention } from './outcomes.ts';
import type { RunSummary } from './summary.ts';

/** The command that runs again just the cells in which something failed or stayed unknown; `undefined` if there are none. */
export function rerunCommand({ rerun, cells }: RunSummary): string | undefined {
  const failed = cells.filter(({ tests }) => tests.some(({ outcome }) => needsAttention(outcome))).map(({ id }) => id);
  if (failed.length === 0) return undefined;
  const filter = failed.length === 1 ? failed.join('') : `{${failed.join(',')}}`;
  // A function, since a replacement string would give `$` in it a meaning.
  return rerun.replace('{filter}', () => `--filter ${quoteWord(filter)}`);
}
