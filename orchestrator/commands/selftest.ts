import type { OnceOptions } from './compose/compose-once.ts';
import { settleDefaults } from './compose/settle-defaults.ts';
import { executeRun } from './execute/execute-run.ts';
import type { ExecuteOptions } from './plan/execute-options.ts';
import { isWhole } from './plan/is-whole.ts';
import { planFlags } from './plan/load-plan.ts';
import { rerunWords } from './plan/rerun-words.ts';

/**
 * `pmemrig selftest`: does the rig see on this kernel what it is there to see? `words` is what the user typed behind
 * `pmemrig`. 0 if every planted problem was seen, 3 if one was not or could not be planted.
 */
export async function selftestCommand(said: OnceOptions & ExecuteOptions, words: readonly string[]): Promise<number> {
  const options = settleDefaults(said, []);
  const planned = await planFlags({ ...options, suite: ['selftest'], fs: ['none'] }, []);
  const { status } = await executeRun(
    planned,
    { kind: 'selftest', whole: isWhole(options) },
    rerunWords(words, options.defaults),
    options,
  );
  return status;
}
