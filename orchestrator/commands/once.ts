import { bisectStatus } from '../../reports/bisect-status.ts';
import { describeError } from '../model/errors.ts';
import { quoteWord } from '../model/quote-word.ts';
import { bisectErrorStatus } from './bisect-error.ts';
import type { OnceOptions } from './compose-once.ts';
import { type ExecuteOptions, executeRun } from './execute-run.ts';
import { planFlags } from './load-plan.ts';

interface OnceCommandOptions extends OnceOptions, ExecuteOptions {
  readonly bisect?: boolean;
}

/**
 * `pmemrig once … [-- COMMAND]`: one kernel, described by flags; `words` is what the user typed behind `pmemrig`.
 * With `--bisect` it rejects with nothing: git takes every status from 1 to 124 for "bad".
 */
export async function onceCommand(command: readonly string[], options: OnceCommandOptions, words: readonly string[]): Promise<number> {
  const run = async (judge?: typeof bisectStatus): Promise<number> => executeRun(await planFlags(options, command), rerunOnce(words), options, judge);
  if (options.bisect !== true) return run();
  try {
    return await run(bisectStatus);
  } catch (error) {
    process.stderr.write(`pmemrig: ${describeError(error)}\n`);
    return bisectErrorStatus(error);
  }
}

/** The user's own words, with room for a filter before the `--` that ends the flags. */
function rerunOnce(words: readonly string[]): string {
  const end = words.includes('--') ? words.indexOf('--') : words.length;
  return ['pmemrig', ...words.slice(0, end).map(quoteWord), '{filter}', ...words.slice(end).map(quoteWord)].join(' ');
}
