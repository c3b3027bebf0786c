import { isRigTest } from '../../../orchestrator/model/cell.ts';
import type { RunFold } from '../../fold/fold.ts';
import type { CellState, TestState } from '../../fold/fold-state.ts';

/**
 * How often planned tests are to run, each in each round, and how often they still have to. What the rig failed at in a
 * round that goes on says nothing, and comes again.
 */
export function countLeft({ cells, repeat }: Pick<RunFold, 'cells' | 'repeat'>): {
  readonly all: number;
  readonly left: number;
} {
  let all = 0;
  let left = 0;
  for (const cell of cells.values()) {
    all += cell.planned * repeat;
    for (const test of [...cell.tests.values()].slice(0, cell.planned))
      left += repeat - Math.min(repeat, countDone(cell, test));
  }
  return { all, left };
}

/** Rounds that are behind a test, whether it ran in them or not. A round that goes on boots a guest of its own. */
function countDone({ roundsEnded }: CellState, test: TestState): number {
  if (isRigTest(test.name)) return roundsEnded;
  return Math.max(
    roundsEnded,
    test.attempts.filter(({ status }) => status !== 'infra' || test.expects !== undefined).length,
  );
}
