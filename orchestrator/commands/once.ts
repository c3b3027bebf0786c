import { quoteWord } from '../model/quote-word.ts';
import type { OnceOptions } from './compose-once.ts';
import { type ExecuteOptions, executeRun } from './execute-run.ts';
import { planFlags } from './load-plan.ts';

/** `pmemrig once … [-- COMMAND]`: one kernel, described by flags; `words` is what the user typed behind `pmemrig`. */
export async function onceCommand(command: readonly string[], options: OnceOptions & ExecuteOptions, words: readonly string[]): Promise<number> {
  return executeRun(await planFlags(options, command), rerunOnce(words), options);
}

/** The user's own words, with room for a filter before the `--` that ends the flags. */
function rerunOnce(words: readonly string[]): string {
  const end = words.includes('--') ? words.indexOf('--') : words.length;
  return ['pmemrig', ...words.slice(0, end).map(quoteWord), '{filter}', ...words.slice(end).map(quoteWord)].join(' ');
}
