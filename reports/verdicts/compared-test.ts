import type { Outcome } from '../../orchestrator/model/outcome.ts';
import { FAILURES } from '../fold/outcomes.ts';
import type { TestVerdict } from './verdict.ts';
import type { FailureRate } from '../fold/past-test.ts';

/** A test of two runs, with what the newer one did otherwise. */
export interface ComparedTest extends TestVerdict {
  readonly cell: string;
  readonly test: string;
  /** Absent where a run does not have it. */
  readonly base?: Outcome;
  readonly now?: Outcome;
  readonly message?: string;
  /** Evidence of the attempt that counts, bounded. */
  readonly evidence?: string;
  /** Signatures of the kernel's reports, each once, if they are all of the evidence. */
  readonly signatures?: readonly string[];
  /** Where two kernels of one run are compared: how many of its attempts failed on each. */
  readonly attempts?: { readonly base: FailureRate; readonly now: FailureRate };
  /** The first patch of a series with which it is so. */
  readonly firstBad?: string;
}

/** A test that was found failing when it first ran is as much to look at as one that fails anew. */
export function isAlarm({ verdict, now }: Pick<ComparedTest, 'verdict' | 'now'>): boolean {
  return (
    verdict === 'new-failure' ||
    verdict === 'missing' ||
    verdict === 'newly-skipped' ||
    (verdict === 'new-test' && now !== undefined && FAILURES.has(now))
  );
}
