import { dirname } from 'node:path';
import { openHistory } from '../../../reports/history/history.ts';
import type { RunSummary } from '../../../reports/fold/summary.ts';
import { compareKernels, type KernelPair } from '../../../reports/verdicts/compare-kernels.ts';
import { readLockClasses } from '../../../reports/verdicts/read-lock-classes.ts';
import { logLine } from '../../host/log-line.ts';
import type { Judged } from './judged.ts';
import { showComparison } from './show-comparison.ts';

interface KernelsPurpose extends KernelPair {
  /** The verdict is printed as JSON. */
  readonly json?: boolean;
}

/** Judges a run of two kernels by what the second does otherwise. */
export async function judgeKernels(
  { base, now, json = false }: KernelsPurpose,
  summary: RunSummary,
  runDir: string,
): Promise<Judged> {
  using history = await openHistory(dirname(runDir), logLine);
  const past = await history.before(summary.matrix, summary.startedAt);
  const lockClasses = await readLockClasses(runDir, summary);
  const comparison = compareKernels(summary, { base, now }, { pastOf: past.of, lockClasses });
  return { comparison, conclude: () => showComparison(comparison, summary, { json }) };
}
