/** Numbers seen out of turn that are remembered, so that a hostile guest does not fill the memory. */
const MAX_AHEAD = 200_000;

/** Counts the results of one level by their numbers, in any order. */
export class Tally {
  /** Results, with those that share a number. */
  count = 0;
  /** What the plan promises. */
  planned: number | undefined;
  /** The plan came after the first result, and so ends the stream. */
  endsWithPlan = false;
  #first = 0;
  #next = 1;
  #last = 0;
  #highest = 0;
  #repeated = 0;
  #firstRepeated = 0;
  /** Made when it is needed: most levels count straight up. */
  #ahead: Set<number> | undefined;

  /** Takes a result; without a number it is the one after the last. Returns its number. */
  add(number: number | undefined): number {
    const own = number ?? this.#last + 1;
    this.count += 1;
    if (this.count === 1) this.#first = own;
    this.#last = own;
    this.#highest = Math.max(this.#highest, own);
    if (own === this.#next) {
      this.#next += 1;
      while (this.#ahead?.delete(this.#next) === true) this.#next += 1;
    } else if (own < this.#next || this.#ahead?.has(own) === true) {
      if (this.#repeated === 0) this.#firstRepeated = own;
      this.#repeated += 1;
    } else {
      this.#ahead ??= new Set();
      if (this.#ahead.size < MAX_AHEAD) this.#ahead.add(own);
    }
    return own;
  }

  /** It begins with 1, or counts on from elsewhere. Prose does not: `ok 100 pages`. */
  get looksCounted(): boolean {
    return this.#first === 1 || (this.count > 1 && this.count === this.#highest - this.#first + 1);
  }

  /** All that was planned is there. */
  get isComplete(): boolean {
    return this.planned !== undefined && this.#next > this.planned;
  }

  #distinct(upTo: number): number {
    let distinct = Math.min(this.#next - 1, upTo);
    for (const number of this.#ahead ?? []) if (number <= upTo) distinct += 1;
    return distinct;
  }

  /** Says how many results the plan promises, or else the highest number, that are not there. */
  describeMissing(): string | undefined {
    const expected = this.planned ?? this.#highest;
    const missing = expected - this.#distinct(expected);
    return missing > 0
      ? `${missing} of ${expected} results ${missing === 1 ? 'is' : 'are'} missing, the first is number ${this.#next}`
      : undefined;
  }

  /** What else is wrong with the numbers. */
  describeExcess(): readonly string[] {
    const { planned } = this;
    const beyond = planned === undefined ? 0 : this.count - this.#repeated - this.#distinct(planned);
    return [
      ...(beyond > 0 ? [`${beyond} ${beyond === 1 ? 'result is' : 'results are'} beyond the plan 1..${planned}`] : []),
      ...(this.#repeated > 0 ? [`number ${this.#firstRepeated} occurs more than once`] : []),
    ];
  }
}
