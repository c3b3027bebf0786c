import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeWhole } from '../../orchestrator/model/write-whole.ts';
import { FIGURE_VERDICTS } from '../figures/judge-figure.ts';
import { metricUnit } from '../journal/metric-unit.ts';
import { OUTCOMES } from '../fold/outcomes.ts';
import type { Comparison } from './compare-runs.ts';
import { VERDICTS } from './verdict.ts';

/**
 * Beside a run's journal: what it came to against its baseline. The reports that are made again later take the verdicts
 * from it.
 */
export const COMPARISON_FILE = 'comparison.json';

/** Version 1 had the verdict `untold` for `unknown`. */
const VERSION = 2;
const FORMER_WORDS: ReadonlyMap<unknown, string> = new Map([['untold', 'unknown']]);

const outcome = z.enum(OUTCOMES);
const verdict = z.preprocess((word) => FORMER_WORDS.get(word) ?? word, z.enum(VERDICTS));
const ref = z.object({ runId: z.string(), startedAt: z.string(), kernels: z.array(z.string()) });
const place = z.object({ runId: z.string(), startedAt: z.string(), kernelRelease: z.string().optional() });
const rate = z.object({ failed: z.number(), of: z.number() });
const test = z.object({
  verdict,
  rate,
  chance: z.number().optional(),
  since: place.optional(),
  lastGood: place.optional(),
  cell: z.string(),
  test: z.string(),
  base: outcome.optional(),
  now: outcome.optional(),
  message: z.string().optional(),
  evidence: z.string().optional(),
  signatures: z.array(z.string()).optional(),
  attempts: z.object({ base: rate, now: rate }).optional(),
  firstBad: z.string().optional(),
});
const measured = z.object({ median: z.number(), count: z.number() });
const interval = z.object({ low: z.number(), high: z.number() });
const figure = z.object({
  by: z.enum(['repeats', 'runs']),
  cell: z.string(),
  test: z.string(),
  name: z.string(),
  unit: metricUnit,
  better: z.enum(['higher', 'lower']),
  verdict: z.enum(FIGURE_VERDICTS),
  base: measured,
  now: measured,
  change: z.object({ by: z.number(), interval: interval.optional() }),
  chance: z.number(),
  needed: z.number().optional(),
  floor: interval.optional(),
  since: place.optional(),
  told: z.literal(true).optional(),
  firstBad: z.string().optional(),
});
const warning = z.object({ file: z.string(), line: z.number(), text: z.string(), patch: z.string().optional() });
const names = z.array(z.string());
const kernels = z.object({
  base: z.string(),
  now: z.string(),
  warnings: z.object({ fresh: z.array(warning), gone: z.array(warning) }).optional(),
  lockClasses: z.object({ cells: z.number(), fresh: names, gone: names }).optional(),
  brokenBetween: z
    .array(z.object({ cell: z.string(), test: z.string(), patch: z.string(), message: z.string().optional() }))
    .optional(),
});
const file = z.object({
  version: z.literal([1, VERSION]),
  base: ref,
  now: ref,
  tests: z.array(test),
  totals: z.record(verdict, z.number()),
  onlyBase: z.array(z.string()),
  onlyNow: z.array(z.string()),
  figures: z.array(figure).optional(),
  kernels: kernels.optional(),
  whole: z.boolean().optional(),
  aside: z.boolean().optional(),
});

/** As JSON, for other programs too; every key is as {@link Comparison} has it. */
export function comparisonJson(comparison: Comparison): string {
  return JSON.stringify({ version: VERSION, ...comparison }, undefined, 1);
}

export async function writeComparison(runDir: string, comparison: Comparison): Promise<void> {
  await writeWhole(join(runDir, COMPARISON_FILE), `${comparisonJson(comparison)}\n`);
}

/** For a run that was judged before, and is not any more. */
export async function removeComparison(runDir: string): Promise<void> {
  await rm(join(runDir, COMPARISON_FILE), { force: true });
}

/** Undefined for a run without a baseline, and where the file is none of ours: reports can do without. */
export async function readComparison(runDir: string): Promise<Comparison | undefined> {
  const text = await readFile(join(runDir, COMPARISON_FILE), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    const { success, data } = file.safeParse(JSON.parse(text));
    if (!success) return undefined;
    const { version: _, ...comparison } = data;
    // Optional keys that are absent in JSON are absent here: zod adds none.
    return comparison as Comparison;
  } catch {
    return undefined;
  }
}
