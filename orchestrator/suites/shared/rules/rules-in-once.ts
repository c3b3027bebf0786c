import type { SuiteInOnce } from '../../../model/suite-in-once.ts';

/** A quick set where nothing says which suites run, or where it is asked for; else all of it. */
export const RULES_IN_ONCE: SuiteInOnce = {
  isStandard: true,
  keys: ({ suite, quick }, { prefixed }) =>
    quick === true || (suite === undefined && prefixed.length === 0) ? { quick: true } : {},
};
