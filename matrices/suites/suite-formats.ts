import { commandFormat } from './command.ts';
import { daxFormat } from './dax.ts';
import { fioFormat } from './fio.ts';
import { flushFormat } from './flush.ts';
import { lockdepFormat } from './lockdep.ts';
import { scenarioFormat } from './scenario.ts';
import { selftestFormat } from './selftest.ts';
import type { SuiteFormat } from './suite-format.ts';
import { xfstestsFormat } from './xfstests.ts';

/** Every kind of suite that a matrix may have; `orchestrator/suites/registry.ts` has a row for each, too. */
export const SUITE_FORMATS = {
  fio: fioFormat,
  flush: flushFormat,
  dax: daxFormat,
  command: commandFormat,
  scenario: scenarioFormat,
  selftest: selftestFormat,
  lockdep: lockdepFormat,
  xfstests: xfstestsFormat,
} as const;

export type SuiteKind = keyof typeof SUITE_FORMATS;

/** What a suite of a kind is once its entry is resolved. */
export type SpecOf<Kind extends SuiteKind> = ReturnType<(typeof SUITE_FORMATS)[Kind]['resolve']>;

/** In the order in which messages list them. */
export const SUITE_KINDS = Object.keys(SUITE_FORMATS) as readonly SuiteKind[];

const BY_KIND: ReadonlyMap<string, SuiteFormat> = new Map(Object.entries(SUITE_FORMATS));

/** @throws Error for a kind that no matrix could have */
export function formatOf(kind: string): SuiteFormat {
  const format = BY_KIND.get(kind);
  if (!format) throw new Error(`no suite has the kind "${kind}"`);
  return format;
}
