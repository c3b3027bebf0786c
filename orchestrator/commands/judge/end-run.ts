import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { exitStatus } from '../../../reports/facts/exit-status.ts';
import { formatSelftest } from '../../../reports/facts/selftest-table.ts';
import type { RunSummary } from '../../../reports/fold/summary.ts';
import type { Matrix } from '../../model/matrix.ts';
import type { RunPurpose } from '../../run/record/run-purpose.ts';
import { endKernels } from './end-kernels.ts';
import { endSeries } from './end-series.ts';
import type { RunExtras } from './run-extras.ts';
import { logLine } from '../../host/log-line.ts';
import { publishRun } from '../publish/publish-run.ts';
import { printText } from '../../host/print.ts';

/** What a run ends in by what it was made for: the same whether one controller brings it to its end or several. */
export function endRun(purpose: RunPurpose, matrix: Matrix): RunExtras {
  switch (purpose.kind) {
    case 'matrix': {
      const { publish } = purpose;
      return {
        purpose,
        ...judgeMatrix(purpose),
        ...(publish !== undefined && { publish: async (runDir) => publishRun(runDir, publish) }),
      };
    }
    case 'kernels': {
      const { base, now, ...how } = purpose;
      return { purpose, ...endKernels({ base, now }, how) };
    }
    case 'series':
      return { purpose, ...endSeries(purpose, matrix) };
    case 'selftest':
      return { purpose, judge: tellSelftest };
    default:
      return purpose satisfies never;
  }
}

function judgeMatrix({ baseDir, whole }: Extract<RunPurpose, { kind: 'matrix' }>): RunExtras {
  if (baseDir === undefined) return {};
  if (existsSync(join(baseDir, 'events.jsonl'))) return { baseDir, whole };
  // Since it was begun: what is left to run is worth running.
  logLine(`the run to judge this one by, ${basename(baseDir)}, is gone: it is judged by itself`);
  return {};
}

function tellSelftest(summary: RunSummary): number {
  printText(`\n${formatSelftest(summary).join('\n')}\n`);
  return exitStatus(summary);
}
