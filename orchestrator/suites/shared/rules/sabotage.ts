import type { HostControl } from '../../../model/host-control.ts';
import type { Expected, RuleSabotage } from '../../../model/rule-text.ts';
import type { Rule } from './rule.ts';

/** The rule with a wrong expectation, if that is the sabotage: what a test sees must then turn it red. */
export function sabotageRule(rule: Rule, sabotage: RuleSabotage | undefined): Rule {
  if (sabotage !== 'wrong-row') return rule;
  const rows = rule.rows.map((row) => {
    const [[name] = ['']] = Object.entries(row.sees);
    return { ...row, sees: { ...row.sees, [name]: WRONG } };
  });
  return { ...rule, rows };
}

const WRONG: Expected = { oneOf: ['what no test sees'] };

/** Switches that inject no fault, if that is the sabotage: a flush is then only counted, and no device taken out. */
export function sabotageHost(host: HostControl, sabotage: RuleSabotage | undefined): HostControl {
  if (sabotage !== 'no-fault') return host;
  const { faults } = host;
  return {
    ...host,
    unplug: async () => undefined,
    faults: { refusal: faults.refusal, attach: async ({ devices }) => faults.attach({ devices }) },
  };
}
