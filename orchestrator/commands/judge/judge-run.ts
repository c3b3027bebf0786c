import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { bisectStatus } from '../../../reports/facts/bisect-status.ts';
import { exitStatus } from '../../../reports/facts/exit-status.ts';
import { formatSelftest } from '../../../reports/facts/selftest-table.ts';
import type { RunSummary } from '../../../reports/fold/summary.ts';
import { logLine } from '../../host/log-line.ts';
import { printText } from '../../host/print.ts';
import type { Matrix } from '../../model/matrix.ts';
import type { RunPurpose } from '../../run/record/run-purpose.ts';
import { compareWith } from './compare-with.ts';
import { judgeKernels } from './judge-kernels.ts';
import type { Judged } from './judged.ts';
import { showComparison } from './show-comparison.ts';

interface EndedRun {
  readonly purpose: RunPurpose;
  readonly summary: RunSummary;
  readonly runDir: string;
  /** The answer to a series describes its guests. */
  readonly matrix: Matrix;
}

/** Judges a run by what it was made for: the same whether one controller brought it to its end or several. */
export async function judgeRun({ purpose, summary, runDir, matrix }: EndedRun): Promise<Judged> {
  switch (purpose.kind) {
    case 'alone':
      return purpose.status === 'bisect' ? { conclude: () => bisectStatus(summary) } : judgeAlone(summary);
    case 'baseline':
      return judgeByBaseline(purpose, summary, runDir);
    case 'kernels':
      return judgeKernels(purpose, summary, runDir);
    case 'series': {
      // It knows all suites, which `pmemrig report` does without.
      const { judgeSeries } = await import('./judge-series.ts');
      return judgeSeries(purpose, matrix, summary, runDir);
    }
    case 'selftest':
      return { conclude: () => concludeSelftest(summary) };
    case 'round': {
      const comparison = { ...(await compareWith(purpose.baseDir, summary, runDir, { alone: true })), aside: true };
      return {
        comparison,
        conclude: () => {
          showComparison(comparison, summary);
          // However long it has been so.
          return exitStatus(summary);
        },
      };
    }
    default:
      return purpose satisfies never;
  }
}

/** Judges a run by itself. */
export function judgeAlone(summary: RunSummary): Judged {
  return { conclude: () => exitStatus(summary) };
}

/** Judges a run by an earlier one, whose folder `baseDir` is. `whole`: the run has all cells of its matrix. */
export async function judgeByBaseline(
  { baseDir, whole }: { readonly baseDir: string; readonly whole: boolean },
  summary: RunSummary,
  runDir: string,
): Promise<Judged> {
  if (!existsSync(join(baseDir, 'events.jsonl'))) {
    // It was there when the run began.
    logLine(`the run to judge this one by, ${basename(baseDir)}, is gone: it is judged by itself`);
    return judgeAlone(summary);
  }
  const comparison = { ...(await compareWith(baseDir, summary, runDir)), whole };
  return { comparison, conclude: () => showComparison(comparison, summary) };
}

function concludeSelftest(summary: RunSummary): number {
  printText(`\n${formatSelftest(summary).join('\n')}\n`);
  return exitStatus(summary);
}
