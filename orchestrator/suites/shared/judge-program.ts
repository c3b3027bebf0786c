import type { ExecResult } from '../../model/guest.ts';
import type { TestResult } from '../../model/outcome.ts';
import { explainExitStatus } from '../../model/signals.ts';
import { lastLines } from '../../model/last-lines.ts';
import { oneLine } from './one-line.ts';
import { parseTap } from './tap/reader.ts';
import type { TapReport } from './tap/report.ts';

/** KSFT_SKIP of the kernel's tools/testing/selftests/kselftest.h. */
const SKIP_STATUS = 4;

/** Faults of a TAP stream that a message names. */
const MAX_PROBLEMS = 3;

export interface JudgeOptions {
  /** How messages call it; absent: `the command`. */
  readonly what?: string;
  /** What an exit status means, in parentheses after a blank, or nothing; absent: what it does to a guest's shell. */
  readonly explainStatus?: (exitCode: number) => string;
  /** Its timeout in words, see {@link describeTimeout}. */
  readonly timeout: string;
  /** What was read from stdout as it came; without it, what is left of stdout is read. */
  readonly tap?: TapReport;
}

/**
 * Judges as kselftest does: exit status 0 passes, 4 skips, all else fails; TAP's own results can only make it worse.
 */
export function judgeProgram(result: ExecResult, options: JudgeOptions): TestResult {
  const { timeout, tap = readRest(result), what = 'the command', explainStatus = explainShellStatus } = options;
  const subtests = tap.subtests.length > 0 ? { subtests: tap.subtests } : {};
  const evidence = lastLines(
    [result.stdout.trimEnd(), result.stderr.trimEnd()].filter((text) => text !== '').join('\n'),
    30,
  );
  const bad = (status: 'fail' | 'hang' | 'infra', message: string): TestResult => ({
    status,
    message,
    ...(evidence === '' ? {} : { evidence }),
    ...subtests,
  });

  if (result.timedOut) return bad('hang', `${what} did not end within ${timeout}, and was killed`);
  if (result.exitCode === null)
    return bad(
      'fail',
      result.signal === null ? `${what}'s exit status was lost` : `${what} was ended by signal ${result.signal}`,
    );
  const orSignal = result.orSignal === undefined ? '' : `, or ${result.orSignal} (the guest kept no record of which)`;
  const skipped = tap.skipAll ?? describeSkips(tap);
  const wrong = describeTapFailure(tap, result.exitCode === SKIP_STATUS && tap.endedInSkip);
  if (result.exitCode !== 0 && result.exitCode !== SKIP_STATUS) {
    const why = wrong ?? (skipped === undefined ? undefined : `its TAP output says SKIP: ${skipped}`);
    return bad(
      'fail',
      `exit status ${result.exitCode}${explainStatus(result.exitCode)}${orSignal}${why === undefined ? '' : `: ${why}`}`,
    );
  }
  if (wrong !== undefined) return bad('fail', wrong);
  if (orSignal !== '') return bad('infra', `exit status ${SKIP_STATUS} (a skip)${orSignal}`);

  const remarks = tap.remarks.slice(0, MAX_PROBLEMS);
  const skip = (reason: string): TestResult => ({
    status: 'skip',
    message: [reason, ...remarks].join('; '),
    ...subtests,
  });
  if (result.exitCode === SKIP_STATUS)
    return skip(
      skipped ?? findLastSkip(tap) ?? (oneLine(lastLines(evidence, 1), 500) || 'exit status 4, without a word'),
    );
  if (skipped !== undefined) return skip(skipped);
  return { status: 'pass', ...(remarks.length === 0 ? {} : { message: remarks.join('; ') }), ...subtests };
}

/** Where stdout was not read as it came, its beginning may be lost, and then with it what failed. */
function readRest({ stdout, truncated }: ExecResult): TapReport {
  const tap = parseTap(stdout);
  const hasResults = tap.subtests.length > 0 || tap.problems.length > 0 || tap.strayLines > 0;
  return truncated && hasResults
    ? { ...tap, problems: ['the output is too long to be read whole', ...tap.problems], missingProblems: 0 }
    : tap;
}

/** What the shell and env(1) mean by these. */
function explainShellStatus(exitCode: number): string {
  if (exitCode === 126)
    return ' (found, but not executable: chmod +x it, and see that its #! line exists in the guest)';
  if (exitCode === 127) return ' (command not found in the guest)';
  return explainExitStatus(exitCode);
}

/**
 * What is missing comes first: it may have failed. `restWasSkipped`: the program ended itself with a skip, which is no
 * loss.
 */
function describeTapFailure(
  { subtests, problems, missingProblems }: TapReport,
  restWasSkipped: boolean,
): string | undefined {
  const said = restWasSkipped ? problems.slice(missingProblems) : problems;
  const failed = subtests.filter(({ status }) => status === 'fail');
  const first = failed[0];
  const more = said.length > MAX_PROBLEMS ? `; and ${said.length - MAX_PROBLEMS} more` : '';
  const parts = [
    ...(said.length === 0 ? [] : [`its TAP output is broken: ${said.slice(0, MAX_PROBLEMS).join('; ')}${more}`]),
    ...(first ? [`${failed.length} of ${subtests.length} subtests failed, the first is "${first.name}"`] : []),
  ];
  return parts.length === 0 ? undefined : parts.join('; ');
}

/** Why nothing ran, if each result is a skip. An expected failure did run. */
function describeSkips({ subtests }: TapReport): string | undefined {
  if (subtests.length === 0 || !subtests.every(({ status, forgiven }) => status === 'skip' && !forgiven))
    return undefined;
  const reasons = [...new Set(subtests.map(({ message }) => message ?? ''))];
  const more = reasons.length > MAX_PROBLEMS ? `; and ${reasons.length - MAX_PROBLEMS} more reasons` : '';
  return `${reasons.slice(0, MAX_PROBLEMS).join('; ')}${more}`;
}

/** kselftest.h's ksft_exit_skip() prints its reason as one more result, and then a line of totals. */
function findLastSkip({ subtests, endedInSkip }: TapReport): string | undefined {
  return endedInSkip ? subtests.at(-1)?.message : undefined;
}
