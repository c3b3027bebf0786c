import { needsAttention } from './outcomes.ts';
import type { RunSummary } from './summary.ts';

/** The command that runs again just the cells in which something failed or stayed unknown; `undefined` if there are none. */
export function rerunCommand({ matrix, cells }: RunSummary): string | undefined {
  const failed = cells.filter(({ tests }) => tests.some(({ outcome }) => needsAttention(outcome))).map(({ id }) => id);
  if (failed.length === 0) return undefined;
  // One glob with alternatives: several filters would each narrow the other.
  const filter = failed.length === 1 ? failed.join('') : `{${failed.join(',')}}`;
  return `pmemrig run ${quoteWord(matrix)} --filter ${quoteWord(filter)}`;
}

/** For a POSIX shell. */
function quoteWord(word: string): string {
  return /^[\w@%+=:./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
