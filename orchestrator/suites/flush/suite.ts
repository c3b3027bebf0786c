import { createRuleSuite } from '../shared/rules/create-rule-suite.ts';
import { FLUSH_RULES } from './flush-rules.ts';

/** Whether a flush reaches the host, in the right order, with the right error. */
export const flushSuite = createRuleSuite({
  kind: 'flush',
  rules: FLUSH_RULES,
  untestedAs: 'durability (the rules of flush)',
  once: { devices: (one) => [one, one] },
});
