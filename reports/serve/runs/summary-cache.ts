import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { summarizeRun } from '../../fold/summarize-run.ts';
import type { RunSummary } from '../../fold/summary.ts';

/** One of 5,000 tests takes some ten megabytes. */
const MAX_KEPT = 3;

/** The runs that were looked at last, so that going from a run to its tests does not read its journal each time. */
export class SummaryCache {
  readonly #kept = new Map<string, Promise<RunSummary>>();

  /** Rejects as {@link summarizeRun} does. */
  async read(runDir: string): Promise<RunSummary> {
    const { size } = (await stat(join(runDir, 'events.jsonl')).catch(() => undefined)) ?? { size: 0 };
    const key = `${size} ${runDir}`;
    const summary = this.#kept.get(key) ?? summarizeRun(runDir);
    // Put in anew, it is the last to go.
    this.#kept.delete(key);
    this.#kept.set(key, summary);
    for (const oldest of [...this.#kept.keys()].slice(0, -MAX_KEPT)) this.#kept.delete(oldest);
    try {
      return await summary;
    } catch (error) {
      this.#kept.delete(key);
      throw error;
    }
  }
}
