import { EXPECTED_TO_FAIL } from '../../../model/forgiven.ts';
import type { AttemptStatus } from '../../../model/outcome.ts';
import { lastLines } from '../../../model/last-lines.ts';
import { oneLine } from '../../shared/one-line.ts';
import type { Point } from './level.ts';

export const MAX_NAME_CHARS = 200;
export const MAX_REASON_CHARS = 500;

/** Passes where its name is known only once its group has ended. */
export interface PointOutcome {
  readonly title: string;
  readonly status: Extract<AttemptStatus, 'pass' | 'fail' | 'skip'>;
  readonly message: string | undefined;
  readonly evidence: string | undefined;
  /** The failure is expected. */
  readonly isExcused: boolean;
  /** Said by the result itself. */
  readonly reason: string;
  readonly directive: string | undefined;
}

/** Judges one result by its line alone. `number` is its place. */
export function judgePoint({ ok, description, notes }: Point, number: number): PointOutcome {
  const { directive } = description;
  const reason = oneLine(description.reason, MAX_REASON_CHARS);
  // kselftest.h prints the name behind the directive: `ok 1 # SKIP map_sync`. A diagnostic alone is no name: it varies.
  const title =
    oneLine(description.title, MAX_NAME_CHARS) ||
    (directive === undefined ? '' : oneLine(reason, MAX_NAME_CHARS)) ||
    `test ${number}`;
  const isContradiction = ok && (directive === 'TIMEOUT' || directive === 'ERROR');
  if (ok && !isContradiction && (directive === undefined || !/^(?:SKIP|TODO|XFAIL|XPASS)$/.test(directive)))
    return { title, status: 'pass', message: undefined, evidence: undefined, isExcused: false, reason, directive };
  const about = { title, reason, isExcused: false, directive, evidence: undefined };
  const proof = { evidence: notes.length > 0 ? lastLines(notes.join('\n'), 20, 2000) : undefined };
  const words = reason === '' ? '' : `: ${reason}`;

  if (directive === 'SKIP') return { ...about, status: 'skip', message: reason || undefined };
  // kselftest prints `ok` for an expected failure, `not ok` is what TAP prints: either did as expected.
  if (directive === 'XFAIL' || (directive === 'TODO' && !ok))
    return { ...about, isExcused: true, status: 'skip', message: `${EXPECTED_TO_FAIL}${words}`, ...proof };
  if (ok && (directive === 'XPASS' || directive === 'TODO'))
    return { ...about, status: 'pass', message: `passed, though it was expected to fail${words}` };
  return {
    ...about,
    status: 'fail',
    message: [ok ? 'ok' : 'not ok', `${directive ?? ''} ${reason}`.trim()].filter((part) => part !== '').join(': '),
    ...proof,
  };
}

/** Lines of kselftest that are about the test but say nothing of why it was skipped. */
const NO_REASON =
  /^(?:selftests: |Subtest: |timeout set to|overriding timeout|Totals: |Planned tests|Starting |PASSED: |FAILED: |RUN |OK )/;

/** What a program said last before a skip without a reason, as exit status 4 is explained. */
export function findSkipReason(notes: readonly string[]): string | undefined {
  const line = notes.findLast((note) => note.startsWith('#') && note.length > 1)?.replace(/^[#\s]+/, '');
  if (line === undefined || NO_REASON.test(line)) return undefined;
  return oneLine(line.replace(/^\[?skip(?:ped)?\b\]?[\s:]*/i, ''), MAX_REASON_CHARS) || undefined;
}
