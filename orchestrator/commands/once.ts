import type { OnceOptions } from './compose-once.ts';
import { type ExecuteOptions, executeRun } from './execute-run.ts';
import { planFlags } from './load-plan.ts';

/** `pmemrig once … [-- COMMAND]`: one kernel, described by flags. */
export async function onceCommand(command: readonly string[], options: OnceOptions & ExecuteOptions): Promise<number> {
  return executeRun(await planFlags(options, command), options);
}
