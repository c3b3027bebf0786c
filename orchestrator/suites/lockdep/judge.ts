import type { ExecResult } from '../../model/guest.ts';
import type { Metric, TestResult } from '../../model/outcome.ts';
import { explainExitStatus } from '../../model/signals.ts';
import { lastLines } from '../../model/last-lines.ts';
import { oneLine } from '../shared/one-line.ts';

/** As in the scripts' `skip`. */
const SKIP_STATUS = 4;
const MAX_MESSAGE = 500;
/** An exercise has about six; what says more is not one of ours. */
const MAX_COUNTS = 40;

/**
 * What an exercise that came to its end amounts to. It passes only if all of its load was really done: a silent zero is
 * a failure.
 */
export function judgeExercise(result: Pick<ExecResult, 'exitCode' | 'signal' | 'stdout' | 'stderr'>): TestResult {
  const { exitCode, signal, stdout, stderr } = result;
  const lines = stdout.split('\n').filter((line) => line !== '');
  const evidence = lastLines([stdout.trimEnd(), stderr.trimEnd()].filter((text) => text !== '').join('\n'), 30);
  const fail = (message: string): TestResult => ({
    status: 'fail',
    message: oneLine(message, MAX_MESSAGE),
    ...(evidence !== '' && { evidence }),
  });

  if (exitCode === SKIP_STATUS)
    return { status: 'skip', message: oneLine(lines.at(-1) ?? '', MAX_MESSAGE) || 'the exercise gave no reason' };
  if (exitCode === null)
    return fail(signal === null ? "the exercise's exit status was lost" : `the exercise was ended by signal ${signal}`);
  if (exitCode !== 0) {
    const why = lines.findLast((line) => line.startsWith('FAIL: '))?.slice('FAIL: '.length);
    return fail(
      why ?? `the exercise ended with exit status ${exitCode}${explainExitStatus(exitCode)}: ${lastLines(stderr, 1)}`,
    );
  }
  const counts = parseCounts(lines);
  const idle = counts.filter(({ value }) => value === 0);
  if (counts.length === 0) return fail('the exercise counted nothing that it did');
  if (idle.length > 0) return fail(`the exercise did nothing of: ${idle.map(({ name }) => name).join(', ')}`);
  return { status: 'pass', metrics: counts };
}

function parseCounts(lines: readonly string[]): Metric[] {
  return lines
    .flatMap((line): Metric[] => {
      const [, name, value] = /^count ([a-z][a-z0-9-]{0,40}) (\d{1,12})$/.exec(line) ?? [];
      return name === undefined ? [] : [{ name, value: Number(value), unit: 'count', better: 'neither' }];
    })
    .slice(0, MAX_COUNTS);
}
