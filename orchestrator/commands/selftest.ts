import { exitStatus } from '../../reports/exit-status.ts';
import { formatSelftest } from '../../reports/selftest-table.ts';
import type { RunSummary } from '../../reports/summary.ts';
import type { OnceOptions } from './compose-once.ts';
import { type ExecuteOptions, executeRun } from './execute-run.ts';
import { planFlags } from './load-plan.ts';
import { rerunWords } from './rerun-words.ts';

/**
 * `pmemrig selftest`: does the rig see on this kernel what it is there to see? `words` is what the user typed behind
 * `pmemrig`. 0 if every planted problem was seen, 3 if one was not or could not be planted.
 */
export async function selftestCommand(options: OnceOptions & ExecuteOptions, words: readonly string[]): Promise<number> {
  const planned = await planFlags({ ...options, suite: ['selftest'], fs: ['none'] }, []);
  return executeRun(planned, rerunWords(words), options, { judge: tellSelftest });
}

function tellSelftest(summary: RunSummary): number {
  process.stdout.write(`\n${formatSelftest(summary).join('\n')}\n`);
  return exitStatus(summary);
}
