import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { OUTCOMES } from '../outcomes.ts';
import type { Comparison } from './compare-runs.ts';
import { VERDICTS } from './verdict.ts';

/** Beside a run's journal: what it came to against its baseline. The reports that are made again later take the verdicts from it. */
const COMPARISON_FILE = 'comparison.json';

const VERSION = 1;

const outcome = z.enum(OUTCOMES);
const verdict = z.enum(VERDICTS);
const ref = z.object({ runId: z.string(), startedAt: z.string(), kernels: z.array(z.string()) });
const place = z.object({ runId: z.string(), startedAt: z.string(), kernelRelease: z.string().optional() });
const test = z.object({
  verdict,
  rate: z.object({ failed: z.number(), of: z.number() }),
  chance: z.number().optional(),
  since: place.optional(),
  lastGood: place.optional(),
  cell: z.string(),
  test: z.string(),
  base: outcome.optional(),
  now: outcome.optional(),
  message: z.string().optional(),
  evidence: z.string().optional(),
});
const file = z.object({ version: z.literal(VERSION), base: ref, now: ref, tests: z.array(test), totals: z.record(verdict, z.number()), onlyBase: z.array(z.string()), onlyNow: z.array(z.string()) });

/** As JSON, for other programs too; every key is as {@link Comparison} has it. */
export function comparisonJson(comparison: Comparison): string {
  return JSON.stringify({ version: VERSION, ...comparison }, undefined, 1);
}

export async function writeComparison(runDir: string, comparison: Comparison): Promise<void> {
  const aside = join(runDir, `.${COMPARISON_FILE}.tmp`);
  await writeFile(aside, `${comparisonJson(comparison)}\n`);
  await rename(aside, join(runDir, COMPARISON_FILE));
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
