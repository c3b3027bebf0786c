import type { Metric } from '../../orchestrator/model/outcome.ts';
import { median } from '../text/median.ts';
import { shownAttempt } from '../fold/outcomes.ts';
import type { TestSummary } from '../fold/summary.ts';

/**
 * What a test measured: of several attempts that passed the median, as verdicts and history have it. In the order of
 * the attempt that counts.
 */
export function measuredFigures(test: TestSummary): readonly Metric[] {
  const measured = shownAttempt(test)?.metrics ?? [];
  if (measured.length === 0) return measured;
  const passed = test.attempts.filter(({ status }) => status === 'pass');
  return measured.map((metric) => {
    const values = passed.flatMap(
      ({ metrics }) => metrics.find(({ name, unit }) => name === metric.name && unit === metric.unit)?.value ?? [],
    );
    return values.length > 1 ? { ...metric, value: median(values) } : metric;
  });
}
