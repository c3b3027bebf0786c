import type { RuleSuiteSpec } from '../../../../matrices/suites/rule-suite.ts';
import type { RuleSabotage } from '../../../model/rule-text.ts';
import type { Suite } from '../../../model/suite.ts';
import type { SuiteInOnce } from '../../../model/suite-in-once.ts';
import { openRules } from './open-rules.ts';
import { planRules } from './plan-rules.ts';
import type { Rule } from './rule.ts';

export interface RuleSuiteParts<Kind extends string> {
  readonly kind: Kind;
  readonly rules: readonly Rule[];
  /** What an answer to a series calls it if it did not run. */
  readonly untestedAs: string;
  readonly once: SuiteInOnce;
  /** Breaks what the rules look at: for the proof that each can fail. */
  readonly sabotage?: RuleSabotage;
}

/** A suite whose tests are rules as data. */
export function createRuleSuite<Kind extends 'dax' | 'flush'>({
  kind,
  rules,
  untestedAs,
  once,
  sabotage,
}: RuleSuiteParts<Kind>): Suite<RuleSuiteSpec<Kind>> {
  return {
    kind,
    // Its tests unbind devices, cut the power and remake namespaces.
    needsFreshGuest: true,
    needsHostControl: true,
    boot: 'cold',
    splittable: true,
    ignoresFilesystem: true,
    untestedAs,
    once,
    rules,
    offers: () => rules.map(({ id }) => id),
    plan: ({ spec, pmem }) => planRules(spec, rules, pmem),
    open: async (context) => openRules(context, rules, sabotage),
  };
}
