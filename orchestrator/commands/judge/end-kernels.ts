import { dirname } from 'node:path';
import { openHistory } from '../../../reports/history/history.ts';
import type { RunSummary } from '../../../reports/fold/summary.ts';
import { comparisonJson } from '../../../reports/verdicts/comparison-file.ts';
import { compareKernels, type KernelPair } from '../../../reports/verdicts/compare-kernels.ts';
import type { Comparison } from '../../../reports/verdicts/compare-runs.ts';
import { judgeComparison } from '../../../reports/verdicts/judge-comparison.ts';
import { readLockClasses } from '../../../reports/verdicts/read-lock-classes.ts';
import { judgeAgainst } from './baseline.ts';
import type { RunExtras } from './run-extras.ts';
import { logLine } from '../../host/log-line.ts';
import { printJson } from '../../host/print.ts';

/** What a run of two kernels ends in: what the second does otherwise, as text or as JSON. */
export function endKernels(pair: KernelPair, { json = false }: { readonly json?: boolean }): RunExtras {
  return {
    compare: async (summary, runDir) => compareKernelsOf(summary, runDir, pair),
    tell: (comparison, summary) =>
      json ? tellJson(comparison, summary) : judgeAgainst(comparison, summary, { whole: false }),
    ...(json && { terminal: process.stderr }),
  };
}

async function compareKernelsOf(summary: RunSummary, runDir: string, pair: KernelPair): Promise<Comparison> {
  using history = await openHistory(dirname(runDir), logLine);
  const past = await history.before(summary.matrix, summary.startedAt);
  return compareKernels(summary, pair, { pastOf: past.of, lockClasses: await readLockClasses(runDir, summary) });
}

function tellJson(comparison: Comparison, summary: RunSummary): number {
  printJson(comparisonJson(comparison));
  return judgeComparison(comparison, summary, { whole: false });
}
