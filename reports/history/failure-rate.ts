import { FAILURES } from '../fold/outcomes.ts';
import type { TestRecord } from '../fold/past-test.ts';

/** In how many of the runs in which a test ran its first attempt failed. */
export function failureRate(lines: readonly Pick<TestRecord, 'outcome' | 'forgiven'>[]): {
  readonly failed: number;
  readonly of: number;
} {
  const ran = lines.filter(
    ({ outcome, forgiven }) => !forgiven && (outcome === 'pass' || outcome === 'flaky' || FAILURES.has(outcome)),
  );
  return { failed: ran.filter(({ outcome }) => outcome !== 'pass').length, of: ran.length };
}
