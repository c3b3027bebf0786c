import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isFigureAlarm } from '../../figures/compare-figures.ts';
import type { Comparison } from '../../verdicts/compare-runs.ts';
import { isAlarm } from '../../verdicts/compared-test.ts';
import { COMPARISON_FILE, readComparison } from '../../verdicts/comparison-file.ts';

/** A run's comparison in its line of the list. */
export interface ShortComparison {
  readonly alarms: number;
  /** Every test that ran in either run is `unknown`. */
  readonly isUnknown: boolean;
}

/** How many alarms each run with a baseline raised; a file of verdicts can have megabytes, and is read once. */
export class AlarmCounts {
  readonly #known = new Map<string, { readonly modifiedMs: number; readonly short: ShortComparison | undefined }>();

  /** Undefined for a run without a baseline. */
  async read(runDir: string): Promise<ShortComparison | undefined> {
    const facts = await stat(join(runDir, COMPARISON_FILE)).catch(() => undefined);
    if (facts === undefined) return undefined;
    const known = this.#known.get(runDir);
    if (known?.modifiedMs === facts.mtimeMs) return known.short;
    const comparison = await readComparison(runDir);
    const short = comparison && shorten(comparison);
    this.#known.set(runDir, { modifiedMs: facts.mtimeMs, short });
    return short;
  }
}

function shorten({ tests, figures = [] }: Comparison): ShortComparison {
  return {
    alarms: tests.filter(isAlarm).length + figures.filter(isFigureAlarm).length,
    isUnknown: tests.every(({ verdict }) => verdict === 'unknown' || verdict === 'still-skipped'),
  };
}
