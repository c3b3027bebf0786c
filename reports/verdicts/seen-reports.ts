import type { ComparedTest } from './compared-test.ts';

/** What the kernel reported is shown once in a list, however many tests met it. */
export class SeenReports {
  readonly #tests = new Map<string, ComparedTest>();

  /**
   * The test that was shown with the same reports and words before; undefined if this is the first, which is then taken
   * as shown.
   */
  findLike(test: ComparedTest): ComparedTest | undefined {
    if (!test.signatures) return undefined;
    const key = JSON.stringify([test.signatures, test.message]);
    const earlier = this.#tests.get(key);
    if (!earlier) this.#tests.set(key, test);
    return earlier;
  }
}
