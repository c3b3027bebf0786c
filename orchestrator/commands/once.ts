import { bisectStatus } from '../../reports/bisect-status.ts';
import { describeError } from '../model/errors.ts';
import { bisectErrorStatus } from './bisect-error.ts';
import type { OnceOptions } from './compose-once.ts';
import { type ExecuteOptions, executeRun } from './execute-run.ts';
import { planFlags } from './load-plan.ts';
import { rerunWords } from './rerun-words.ts';

interface OnceCommandOptions extends OnceOptions, ExecuteOptions {
  readonly bisect?: boolean;
}

/**
 * `pmemrig once … [-- COMMAND]`: one kernel, described by flags; `words` is what the user typed behind `pmemrig`.
 * With `--bisect` it rejects with nothing: git takes every status from 1 to 124 for "bad".
 */
export async function onceCommand(command: readonly string[], options: OnceCommandOptions, words: readonly string[]): Promise<number> {
  const run = async (judge?: typeof bisectStatus): Promise<number> => executeRun(await planFlags(options, command), rerunWords(words), options, { ...(judge && { judge }) });
  if (options.bisect !== true) return run();
  try {
    return await run(bisectStatus);
  } catch (error) {
    process.stderr.write(`pmemrig: ${describeError(error)}\n`);
    return bisectErrorStatus(error);
  }
}
