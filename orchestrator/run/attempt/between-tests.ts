import type { JudgedProblem } from '../../model/known-problem.ts';
import type { TestResult } from '../../model/outcome.ts';
import { judgeStray } from './expected-problem.ts';
import { addProblems, doubt } from './judge-observation.ts';
import type { ObservedEnd } from './observe-attempt.ts';

/** What a guest's kernel said between two tests. No test brought it about, so `guest/close` answers for it. */
export class BetweenTests {
  readonly #provesTheRig: boolean;
  readonly #problems: JudgedProblem[] = [];
  #unheard: string | undefined;

  /** @param provesTheRig the cell plants problems: what goes astray between its tests does not speak of the kernel */
  constructor(provesTheRig: boolean) {
    this.#provesTheRig = provesTheRig;
  }

  /** Takes what began before an attempt and after the last one. */
  add({ before, unheardBefore }: Pick<ObservedEnd, 'before' | 'unheardBefore'>): void {
    this.#problems.push(...before);
    this.#unheard ??= unheardBefore;
  }

  /** The result of `guest/close` with all of it. */
  judge(close: TestResult): TestResult {
    return doubt(
      this.#provesTheRig ? judgeStray(close, this.#problems) : addProblems(close, this.#problems),
      this.#unheard,
    );
  }
}
