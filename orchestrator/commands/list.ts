import { formatList, listAsJson } from '../plan/format-list.ts';
import type { ShardSpec } from '../plan/shard.ts';
import { needsFreshGuest } from '../suites/registry.ts';
import { planFile } from './plan/load-plan.ts';
import { warnIdle } from './plan/warn-idle.ts';
import { printJson, printText } from '../host/print.ts';

/** `pmemrig list MATRIX`: what a run would do; boots nothing. */
export async function listCommand(
  path: string,
  options: {
    readonly filter: readonly string[];
    readonly test?: readonly string[];
    readonly shard?: ShardSpec;
    readonly json?: boolean;
  },
): Promise<number> {
  const planned = await planFile(path, options.filter, options.test, options.shard);
  const { plan } = planned;
  if (options.json === true) printJson(JSON.stringify(listAsJson(plan, needsFreshGuest), undefined, 2));
  else printText(formatList(plan, needsFreshGuest));
  await warnIdle(planned, path);
  return 0;
}
