import type { OfferedNames } from '../../matrices/suites/suite-format.ts';
import type { SpecOf, SuiteKind } from '../../matrices/suites/suite-formats.ts';
import type { Cell } from '../model/cell.ts';
import { UserError } from '../model/errors.ts';
import type { SuiteSpec } from '../model/matrix.ts';
import type { Suite } from '../model/suite.ts';
import { commandSuite } from './command/suite.ts';
import { daxSuite } from './dax/suite.ts';
import { fioSuite } from './fio/suite.ts';
import { flushSuite } from './flush/suite.ts';
import { lockdepSuite } from './lockdep/suite.ts';
import { scenarioSuite } from './scenario/suite.ts';
import { selftestSuite } from './selftest/suite.ts';
import { xfstestsSuite } from './xfstests/suite.ts';

/** Every suite by its kind, one for each format in `matrices/suites`: without its row a new kind does not compile. */
const SUITES = {
  command: commandSuite,
  dax: daxSuite,
  fio: fioSuite,
  flush: flushSuite,
  lockdep: lockdepSuite,
  scenario: scenarioSuite,
  selftest: selftestSuite,
  xfstests: xfstestsSuite,
} as const satisfies { [Kind in SuiteKind]: Suite<SpecOf<Kind>> };

/** By their kinds' alphabet. */
export const ALL_SUITES: readonly Suite[] = Object.values(SUITES);

/** @throws UserError for a kind of a run that another version of the rig began */
export function suiteFor({ kind }: Pick<SuiteSpec, 'kind'>): Suite {
  const found = ALL_SUITES.find((suite) => suite.kind === kind);
  if (found) return found;
  throw new UserError(`this version of the rig has no suite of the kind ${kind}`, {
    code: 'unknown-suite',
    remedy: 'use the version that began the run',
  });
}

/** What a matrix may choose from, by the kind of the suite. */
export function offeredNames(): OfferedNames {
  return Object.fromEntries(ALL_SUITES.map((suite) => [suite.kind, suite.offers?.() ?? []]));
}

/** The kinds whose absence an answer to a series names, and what it calls them. */
export function suiteTitles(): readonly (readonly [kind: string, title: string])[] {
  return ALL_SUITES.flatMap(({ kind, untestedAs }) => (untestedAs === undefined ? [] : [[kind, untestedAs] as const]));
}

/** Whether a cell must not share its guest with another. */
export function needsFreshGuest({ suite }: Pick<Cell, 'suite'>): boolean {
  return suiteFor(suite).needsFreshGuest;
}
