import { createRuleSuite } from '../shared/rules/create-rule-suite.ts';
import { RULES_IN_ONCE } from '../shared/rules/rules-in-once.ts';
import { DAX_RULES } from './dax-rules.ts';

/** Whether DAX means what it must. */
export const daxSuite = createRuleSuite({
  kind: 'dax',
  rules: DAX_RULES,
  untestedAs: 'the rules of DAX',
  once: RULES_IN_ONCE,
});
