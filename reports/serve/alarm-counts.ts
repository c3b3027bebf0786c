import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isFigureAlarm } from '../figures/compare-figures.ts';
import { isAlarm } from '../verdicts/compare-runs.ts';
import { COMPARISON_FILE, readComparison } from '../verdicts/comparison-file.ts';

/** How many alarms each run with a baseline raised; a file of verdicts can have megabytes, and is read once. */
export class AlarmCounts {
  readonly #known = new Map<string, { readonly modifiedMs: number; readonly alarms: number | undefined }>();

  /** Undefined for a run without a baseline. */
  async read(runDir: string): Promise<number | undefined> {
    const facts = await stat(join(runDir, COMPARISON_FILE)).catch(() => undefined);
    if (facts === undefined) return undefined;
    const known = this.#known.get(runDir);
    if (known?.modifiedMs === facts.mtimeMs) return known.alarms;
    const comparison = await readComparison(runDir);
    const alarms = comparison && comparison.tests.filter(isAlarm).length + (comparison.figures?.filter(isFigureAlarm).length ?? 0);
    this.#known.set(runDir, { modifiedMs: facts.mtimeMs, alarms });
    return alarms;
  }
}
