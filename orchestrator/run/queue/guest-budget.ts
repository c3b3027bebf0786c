import { type Cell, suiteTests } from '../../model/cell.ts';

/**
 * Guests that one cell may use up, and the tests for which it gets a further one. A boot takes from a second to half a
 * minute. A kernel that dies in this many tests has said what there is to say, and the other cells wait.
 */
const GUESTS_PER_CELL = 20;
const TESTS_PER_GUEST = 10;

/**
 * The guests of one cell, as they are used up. There are 20, and one more for every ten tests, for each test that
 * plants a kernel problem and for each round of retries.
 */
export class GuestBudget {
  readonly size: number;
  readonly #before: number;
  #used = 0;
  /** A guest was asked for when there was none left. */
  exhausted = false;

  /**
   * @param before guests that an earlier controller or round has used; these are counted on from, but not held against
   * the cell
   */
  constructor(cell: Pick<Cell, 'tests'>, retries: number, before: number) {
    const tests = suiteTests(cell);
    this.size =
      GUESTS_PER_CELL +
      Math.floor(tests.length / TESTS_PER_GUEST) +
      tests.filter(({ expects }) => expects).length +
      retries;
    this.#before = before;
  }

  /** Whether a further guest may be had. */
  get left(): boolean {
    return this.#used < this.size;
  }

  /** Guests that the cell has used so far, an earlier controller's and earlier rounds' among them. */
  get used(): number {
    return this.#before + this.#used;
  }

  /** The number of the next guest within the cell, from 1; `undefined` when all are used up. */
  take(): number | undefined {
    if (!this.left) {
      this.exhausted = true;
      return undefined;
    }
    this.#used += 1;
    return this.used;
  }
}
