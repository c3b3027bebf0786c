import type { CellState, TestState } from './fold-state.ts';
import { FAILURES, UNKNOWNS } from './outcomes.ts';
import type { GuestSummary, RunEnding } from './summary.ts';

/** Why a planned test never ended, the nearest cause first. */
export function explainUnreached(
  test: TestState,
  cell: CellState,
  guests: readonly GuestSummary[],
  ending: RunEnding,
): string {
  if (cell.endReason !== undefined) return cell.endReason;
  const when = [...cell.running.values()].some((attempt) => attempt.test === test.name)
    ? 'while it ran'
    : 'before it began';
  if (ending.reason === 'interrupted') return `the run was interrupted ${when}`;
  if (ending.reason === 'cut-off' && cell.endedAt === undefined)
    return `the controller was killed, or is still at work, ${when}`;
  const lost = guests.findLast(({ end }) => end !== undefined && end.how !== 'disposed');
  if (lost?.end)
    return `guest ${lost.guest} was lost (${lost.end.how})${lost.end.detail === undefined ? '' : `: ${lost.end.detail}`}`;
  const culprit = [...cell.tests.values()].find(
    ({ outcome, attempts }) => attempts.length > 0 && (FAILURES.has(outcome) || UNKNOWNS.has(outcome)),
  );
  if (culprit) return `${culprit.name} ended as ${culprit.outcome}`;
  if (ending.message !== undefined) return `the run ended early: ${ending.message}`;
  return cell.startedAt === undefined ? 'the cell was never started' : 'the cell ended without it';
}
