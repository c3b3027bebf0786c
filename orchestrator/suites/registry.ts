import type { Cell, PlannedTest } from '../model/cell.ts';
import type { SuiteSpec } from '../model/matrix.ts';
import type { Suite, SuitePlanContext } from '../model/suite.ts';
import { commandSuite } from './command/suite.ts';
import { fioSuite } from './fio/suite.ts';
import { selftestSuite } from './selftest/suite.ts';
import { lockdepSuite } from './lockdep/suite.ts';
import { xfstestsSuite } from './xfstests/suite.ts';

export { listFioJobs } from './fio/job-file.ts';

/** Every suite by its kind. A new kind in the matrix does not compile until it is here. */
const SUITES = {
  fio: fioSuite,
  command: commandSuite,
  selftest: selftestSuite,
  lockdep: lockdepSuite,
  xfstests: xfstestsSuite,
} as const satisfies { [Kind in SuiteSpec['kind']]: Suite<Extract<SuiteSpec, { kind: Kind }>> };

export function suiteFor({ kind }: Pick<SuiteSpec, 'kind'>): Suite {
  return SUITES[kind];
}

/** The tests of a suite in a cell; throws UserError when the combination can never work. */
export function planSuite(context: SuitePlanContext<SuiteSpec>): readonly PlannedTest[] {
  return suiteFor(context.spec).plan(context);
}

/** Whether a cell must not share its guest with another. */
export function needsFreshGuest({ suite }: Pick<Cell, 'suite'>): boolean {
  return suiteFor(suite).needsFreshGuest;
}
