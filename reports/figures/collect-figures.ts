import { isRigTest } from '../../orchestrator/model/cell.ts';
import type { Metric } from '../../orchestrator/model/outcome.ts';
import type { CellSummary } from '../fold/summary.ts';

/** All values of one figure of a test, one for each attempt that passed. */
export interface MeasuredFigure extends Pick<Metric, 'name' | 'unit'> {
  readonly better: 'higher' | 'lower';
  readonly test: string;
  readonly values: readonly number[];
}

/**
 * Figures that repeat what others of the same test say. Bandwidth is I/Os a second times their size, and mean and
 * median of a latency follow that. A thousandth of a short run is one or two I/Os. Fewer figures to judge leave more
 * certainty for each.
 */
const REDUNDANT = /(?:^|\.)(?:bandwidth|clat\.mean|p50|p99\.9)$/;

/** Whether a figure is judged: it has a direction, and does not repeat another one. */
function isJudged({ name, better, value }: Metric): boolean {
  // A share of nothing says nothing.
  return better !== 'neither' && value > 0 && !REDUNDANT.test(name);
}

/**
 * The figures of a cell's suite that are judged, in the order of its tests. How long its guest took to boot is the
 * host's affair.
 */
export function collectFigures({ tests }: Pick<CellSummary, 'tests'>): readonly MeasuredFigure[] {
  return tests
    .filter(({ name }) => !isRigTest(name))
    .flatMap(({ name: test, attempts }) => {
      const figures = new Map<string, { readonly metric: Metric; readonly values: number[] }>();
      for (const metric of attempts
        .filter(({ status }) => status === 'pass')
        .flatMap(({ metrics }) => metrics.filter(isJudged))) {
        const known = figures.get(metric.name);
        if (known) known.values.push(metric.value);
        else figures.set(metric.name, { metric, values: [metric.value] });
      }
      return [...figures.values()].flatMap(({ metric: { name, unit, better }, values }) =>
        better === 'neither' ? [] : [{ test, name, unit, better, values }],
      );
    });
}
