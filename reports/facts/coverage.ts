import { isRigTest } from '../../orchestrator/model/cell.ts';
import type { CellSummary, RunSummary, TestSummary } from '../fold/summary.ts';

/** What keeps a test from running. */
export type LossOutcome = 'skip' | 'excluded' | 'unreached' | 'infra';

export interface Loss {
  readonly outcome: LossOutcome;
  readonly reason: string;
}

/** Where in the matrix one test ran and where not; a leg is a cell without its suite, `debian-6.12/nvdimm/ext4-dax`. */
export interface TestCoverage {
  readonly test: string;
  readonly ran: readonly string[];
  readonly lost: readonly (Loss & { readonly leg: string })[];
}

/**
 * Each test of the run once, over all cells that planned or found it, in their order. What a matrix does not plan for a
 * leg is no loss there: `ext4/047` on xfs. A TAP test that was found while another ran counts as any other. The rig's
 * own tests do not, nor do selftests, which show the state of the rig: what they lack is said elsewhere.
 */
export function surveyTests({ cells }: Pick<RunSummary, 'cells'>): readonly TestCoverage[] {
  const found = new Map<string, { readonly ran: string[]; readonly lost: (Loss & { readonly leg: string })[] }>();
  for (const cell of cells) {
    const leg = legOf(cell);
    for (const test of cell.tests.filter(isSurveyed)) {
      const known = found.get(test.name) ?? { ran: [], lost: [] };
      found.set(test.name, known);
      const loss = lossOf(test);
      if (loss === undefined) known.ran.push(leg);
      else known.lost.push({ leg, ...loss });
    }
  }
  return Array.from(found, ([test, { ran, lost }]) => ({ test, ran, lost }));
}

/** Whether a test is one whose coverage is reported: neither the rig's own nor a selftest. */
export function isSurveyed({ name, expects }: Pick<TestSummary, 'name' | 'expects'>): boolean {
  return expects === undefined && !isRigTest(name);
}

/** Why a test did not run, `undefined` if it did, however it ended. */
export function lossOf({
  outcome,
  message,
  forgiven,
}: Pick<TestSummary, 'outcome' | 'message' | 'forgiven'>): Loss | undefined {
  switch (outcome) {
    case 'skip':
      if (forgiven) return undefined;
      return { outcome, reason: message ?? NO_REASON };
    case 'excluded':
    case 'unreached':
    case 'infra':
      return { outcome, reason: message ?? NO_REASON };
    case 'pass':
    case 'flaky':
    case 'fail':
    case 'crash':
    case 'hang':
      return undefined;
    default:
      return outcome satisfies never;
  }
}

const NO_REASON = 'no reason given';

function legOf({ id, suite }: CellSummary): string {
  // The suite ends the id. It is empty for a cell that the plan does not know.
  return suite !== '' && id.endsWith(`/${suite}`) ? id.slice(0, -suite.length - 1) : id;
}
