import type { RunSummary } from '../fold/summary.ts';

/** Cells that a rule, a kernel or the lack of a tool kept from the run, by their reasons. */
export function groupLeftOut({
  excluded,
}: Pick<RunSummary, 'excluded'>): readonly { readonly reason: string; readonly ids: readonly string[] }[] {
  const groups = new Map<string, string[]>();
  for (const { id, reason } of excluded) groups.set(reason, [...(groups.get(reason) ?? []), id]);
  return Array.from(groups, ([reason, ids]) => ({ reason, ids }));
}
