import { createRuleSuite } from '../shared/rules/create-rule-suite.ts';
import { RULES_IN_ONCE } from '../shared/rules/rules-in-once.ts';
import { FLUSH_RULES } from './flush-rules.ts';

/** Whether a flush reaches the host, in the right order, with the right error. */
export const flushSuite = createRuleSuite({
  kind: 'flush',
  rules: FLUSH_RULES,
  untestedAs: 'durability (the rules of flush)',
  once: { ...RULES_IN_ONCE, devices: (one, { suite, test }) => (isNamed(suite, test) ? [one, one] : [one]) },
});

/** Some rules take two devices, but none of the quick set. */
function isNamed(suites: readonly string[] = [], tests: readonly string[] = []): boolean {
  return suites.includes('flush') || tests.some((test) => test.startsWith('flush/'));
}
