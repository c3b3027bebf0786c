import { bisectStatus } from '../../reports/bisect-status.ts';
import { formatDuration } from '../../reports/format.ts';
import { describeError } from '../model/errors.ts';
import { estimateCells } from '../plan/estimate.ts';
import { bisectErrorStatus } from './bisect-error.ts';
import { chooseSuites } from './choose-suites.ts';
import { composeKernel } from './compose-kernel.ts';
import { namedSuites, type OnceOptions } from './compose-once.ts';
import { type ExecuteOptions, executeRun } from './execute-run.ts';
import { planFlags, type PlannedMatrix } from './load-plan.ts';
import { logLine } from './log-line.ts';
import { rerunWords } from './rerun-words.ts';

interface OnceCommandOptions extends OnceOptions, ExecuteOptions {
  readonly bisect?: boolean;
}

/**
 * `pmemrig once … [-- COMMAND]`: one kernel, described by flags; `words` is what the user typed behind `pmemrig`.
 * With `--bisect` it rejects with nothing: git takes every status from 1 to 124 for "bad".
 */
export async function onceCommand(command: readonly string[], options: OnceCommandOptions, words: readonly string[]): Promise<number> {
  const run = async (judge?: typeof bisectStatus): Promise<number> => executeRun(await planOnce(options, command), rerunWords(words), options, { ...(judge && { judge }) });
  if (options.bisect !== true) return run();
  try {
    return await run(bisectStatus);
  } catch (error) {
    process.stderr.write(`pmemrig: ${describeError(error)}\n`);
    return bisectErrorStatus(error);
  }
}

/** What the flags stand for; where they leave something open, what is taken and why is said on stderr. */
async function planOnce(options: OnceOptions, command: readonly string[]): Promise<PlannedMatrix> {
  if (namedSuites(options, command)) return planFlags(options, command);
  const kernel = composeKernel(options, process.cwd());
  const { suites, why } = await chooseSuites(options, kernel);
  const planned = await planFlags({ ...options, chosen: suites }, command);
  for (const line of [...describeModules(kernel, options), ...why]) logLine(line);
  logLine(`about ${formatDuration(estimateCells(planned.plan.cells) * 1000)} one guest at a time without KVM`);
  return planned;
}

/** Modules that were looked for because nobody named any. */
function describeModules({ image, modules: found }: Readonly<Record<string, unknown>>, { modules: named }: OnceOptions): readonly string[] {
  if (image === undefined || named !== undefined) return [];
  return [typeof found === 'string' ? `modules: ${found}` : 'modules: none of this kernel lie beside it, so all drivers must be built in (else --modules DIR)'];
}
