/** For one attempt, in UTF-16 units: a kernel report with all its stacks is about a quarter of it. */
const MAX_PER_ATTEMPT = 64 * 2 ** 10;
/** For a whole run, so that one in which each of 100,000 tests failed can still be reported. */
const MAX_PER_RUN = 64 * 2 ** 20;
const EXCERPT = 500;

/**
 * Keeps evidence small enough for a report. A kernel's report says most in its first lines and a script in its last, so
 * the middle goes. What is missing stands in the journal and the console log.
 */
export class EvidenceBudget {
  #left: number;

  constructor(maxPerRun: number = MAX_PER_RUN) {
    this.#left = maxPerRun;
  }

  take(evidence: string): string {
    const kept = cutMiddle(evidence, this.#left > 0 ? MAX_PER_ATTEMPT : EXCERPT);
    this.#left -= kept.length;
    return kept;
  }
}

function cutMiddle(text: string, max: number): string {
  if (text.length <= max) return text;
  const half = Math.floor(max / 2);
  return (
    `${text.slice(0, half)}\n` +
    `[… ${text.length - 2 * half} characters left out here, whole in events.jsonl …]\n` +
    text.slice(-half)
  );
}
