import { formatList, listAsJson } from '../plan/format-list.ts';
import { needsFreshGuest } from '../suites/registry.ts';
import { planFile } from './load-plan.ts';
import { warnIdle } from './warn-idle.ts';

/** `pmemrig list MATRIX`: what a run would do; boots nothing. */
export async function listCommand(path: string, options: { readonly filter: readonly string[]; readonly json?: boolean }): Promise<number> {
  const planned = await planFile(path, options.filter);
  const { plan } = planned;
  process.stdout.write(options.json === true ? `${JSON.stringify(listAsJson(plan, needsFreshGuest), undefined, 2)}\n` : formatList(plan, needsFreshGuest));
  await warnIdle(planned);
  return 0;
}
