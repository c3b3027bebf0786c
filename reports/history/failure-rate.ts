import { FAILURES } from '../fold/outcomes.ts';
import type { ToldTest } from '../verdicts/verdict.ts';

/** In how many of the runs in which a test ran its first attempt failed. */
export function failureRate(lines: readonly Pick<ToldTest, 'outcome' | 'forgiven'>[]): { readonly failed: number; readonly of: number } {
  const ran = lines.filter(({ outcome, forgiven }) => !forgiven && (outcome === 'pass' || outcome === 'flaky' || FAILURES.has(outcome)));
  return { failed: ran.filter(({ outcome }) => outcome !== 'pass').length, of: ran.length };
}
