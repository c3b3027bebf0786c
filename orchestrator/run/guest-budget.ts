import { type Cell, suiteTests } from '../model/cell.ts';

/**
 * Guests that one cell may use up, and the tests for which it gets a further one. A boot takes from a second to half a minute: a
 * kernel that dies in this many tests has said what there is to say, and the other cells wait.
 */
const GUESTS_PER_CELL = 20;
const TESTS_PER_GUEST = 10;

/** How many guests a cell may use: 20, and one more for every ten tests, for each test that plants a kernel problem and for each round of retries. */
export function guestBudget(cell: Pick<Cell, 'tests'>, retries: number): number {
  const tests = suiteTests(cell);
  return GUESTS_PER_CELL + Math.floor(tests.length / TESTS_PER_GUEST) + tests.filter(({ expects }) => expects).length + retries;
}
