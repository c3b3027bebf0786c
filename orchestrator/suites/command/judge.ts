import type { ExecResult } from '../../model/guest.ts';
import type { TestResult } from '../../model/outcome.ts';
import { lastLines } from '../shared/last-lines.ts';
import { oneLine } from '../shared/one-line.ts';
import { isTap, parseTap, type TapReport } from './tap.ts';

/** KSFT_SKIP of the kernel's tools/testing/selftests/kselftest.h. */
const SKIP_STATUS = 4;

/** Of what is wrong with a TAP stream, as many as a message holds. */
const MAX_PROBLEMS = 3;

export interface JudgeOptions {
  /** Scaled. */
  readonly timeoutSec: number;
  /** How stdout began, which the result may no longer hold. */
  readonly head: string;
}

/** Judges as kselftest does: exit status 0 passes, 4 skips, all else fails; TAP's own results can only make it worse. */
export function judgeCommand(result: ExecResult, { timeoutSec, head }: JudgeOptions): TestResult {
  const tap = isTap(head) ? parseTap(result.stdout) : undefined;
  const subtests = tap && tap.subtests.length > 0 ? { subtests: tap.subtests } : {};
  const evidence = lastLines([result.stdout.trimEnd(), result.stderr.trimEnd()].filter((text) => text !== '').join('\n'), 30);
  const bad = (status: 'fail' | 'hang', message: string): TestResult => ({ status, message, ...(evidence === '' ? {} : { evidence }), ...subtests });

  if (result.timedOut) return bad('hang', `the command did not end within ${timeoutSec} s and was killed (slot "command")`);
  if (result.exitCode === null) return bad('fail', result.signal === null ? "the command's exit status was lost" : `the command was ended by signal ${result.signal}`);
  if (result.exitCode !== 0 && result.exitCode !== SKIP_STATUS) return bad('fail', describeFailure(result.exitCode, tap));
  const wrong = tap && describeTapFailure(tap, result.truncated);
  if (wrong !== undefined) return bad('fail', wrong);
  if (result.exitCode === SKIP_STATUS) return { status: 'skip', message: tap?.skipAll ?? (oneLine(lastLines(evidence, 1), 500) || 'exit status 4, without a word'), ...subtests };
  if (tap?.skipAll !== undefined) return { status: 'skip', message: tap.skipAll };
  return { status: 'pass', ...subtests };
}

function describeFailure(exitCode: number, tap: TapReport | undefined): string {
  const failed = tap && describeTapFailure(tap, false);
  return `exit status ${exitCode}${explainStatus(exitCode)}${failed === undefined ? '' : `: ${failed}`}`;
}

/** What the shell and env(1) mean by these. */
function explainStatus(exitCode: number): string {
  if (exitCode === 126) return ' (found, but not executable: chmod +x it, and see that its #! line exists in the guest)';
  if (exitCode === 127) return ' (command not found in the guest)';
  return '';
}

function describeTapFailure({ subtests, problems }: TapReport, truncated: boolean): string | undefined {
  if (truncated) return 'its TAP output is too long to be read whole';
  const failed = subtests.filter(({ status }) => status === 'fail');
  const first = failed[0];
  if (first) return `${failed.length} of ${subtests.length} subtests failed, the first is "${first.name}"`;
  if (problems.length === 0) return undefined;
  const more = problems.length > MAX_PROBLEMS ? `; and ${problems.length - MAX_PROBLEMS} more` : '';
  return `its TAP output is broken: ${problems.slice(0, MAX_PROBLEMS).join('; ')}${more}`;
}
