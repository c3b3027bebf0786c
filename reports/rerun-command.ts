import { quoteWord } from '../orchestrator/model/quote-word.ts';
import { needsAttention } from './outcomes.ts';
import type { RunSummary } from './summary.ts';

/**
 * The command that goes on with a run that was cut short, or else runs again just the cells in which something failed or stayed unknown;
 * `undefined` if there are none.
 */
export function rerunCommand({ rerun, cells, ending, runId }: RunSummary): string | undefined {
  if (ending.reason === 'interrupted' || ending.reason === 'cut-off') return `pmemrig run --resume ${quoteWord(runId)}`;
  const failed = cells.filter(({ tests }) => tests.some(({ outcome }) => needsAttention(outcome))).map(({ id }) => id);
  if (failed.length === 0) return undefined;
  // A function, since a replacement string would give `$` in it a meaning.
  return rerun.replace('{filter}', () => failed.map((id) => `--filter ${quoteWord(id)}`).join(' '));
}
