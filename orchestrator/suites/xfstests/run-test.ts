import type { ExecResult } from '../../model/guest.ts';
import type { TestResult } from '../../model/outcome.ts';
import type { XfstestsSuiteSpec } from '../../../matrices/suites/xfstests.ts';
import type { SuiteContext } from '../../model/suite.ts';
import { lastLines } from '../../model/last-lines.ts';
import { oneLine } from '../shared/one-line.ts';
import { fetchResults, type FetchedResults } from './fetch-results.ts';
import { HELD_CHECK } from './guest-paths.ts';
import { type CheckVerdict, NO_REASON, parseCheck, wordsOfCheck } from './parse-check.ts';

const MAX_MESSAGE = 500;

/**
 * Runs one test, and keeps what it left unless it passed. `name` is `generic/413`. If no `check` is held before it, one
 * is started, for it and those `following`.
 */
export async function runXfstest(
  context: SuiteContext<XfstestsSuiteSpec>,
  name: string,
  attempt: number,
  following: readonly string[],
): Promise<TestResult> {
  // No deadline of its own: past the test's, the worker takes the kernel's stacks while it still hangs.
  const exit = await context.guest.exec(['bash', HELD_CHECK, 'run', name, ...following]);
  const verdict = parseCheck(name, exit.stdout);
  if (verdict.kind === 'pass' && exit.exitCode === 0) return { status: 'pass' };
  if (verdict.kind === 'notrun' && verdict.reason !== NO_REASON && exit.exitCode === 0)
    return { status: 'skip', message: oneLine(verdict.reason, MAX_MESSAGE) };

  const { kept, artifacts } = await keepResults(
    context,
    name,
    attempt,
    `${wordsOfCheck(exit.stdout)}${exit.stderr === '' ? '' : `\n--- stderr\n${exit.stderr}`}`,
  );
  return { ...judge(verdict, exit, kept), artifacts };
}

/** The files of a test that did not pass, with `check`'s own output as `check.log`. */
export async function keepResults(
  context: SuiteContext<XfstestsSuiteSpec>,
  name: string,
  attempt: number,
  output?: string,
): Promise<{ readonly kept: FetchedResults; readonly artifacts: readonly string[] }> {
  const { guest, artifacts } = context;
  const folder = `${name.replace('/', '-')}.${attempt}`;
  const kept = await fetchResults(guest, name, artifacts, folder);
  const log = output === undefined ? [] : [await artifacts.put(`${folder}/check.log`, output)];
  return { kept, artifacts: [...log, ...kept.artifacts] };
}

function judge(verdict: CheckVerdict, exit: ExecResult, { texts, notes }: FetchedResults): TestResult {
  const lost = exit.truncated ? '; its output was too long, and the beginning is lost' : '';
  const said = notes.map((note) => `[pmemrig: ${note}]`);
  if (verdict.kind === 'fail') {
    const kernel = texts.dmesg ?? '';
    return {
      status: 'fail',
      message: oneLine(`${verdict.why}${lost}`, MAX_MESSAGE),
      evidence: lastLines(
        [...verdict.details.slice(0, 60), ...(kernel === '' ? [] : ['', lastLines(kernel, 60)]), ...said].join('\n'),
        140,
      ),
    };
  }
  if (verdict.kind === 'notrun' && exit.exitCode === 0) {
    // The harness prints the file; where it could not, the disk may still have it.
    return { status: 'skip', message: oneLine(texts.notrun ?? verdict.reason, MAX_MESSAGE) };
  }
  const listed = verdict.kind === 'notrun' ? 'not run' : 'passed';
  const why =
    verdict.kind === 'none'
      ? `${verdict.why}${lost}`
      : `the harness lists it as ${listed}, yet ends with ${exit.exitCode ?? exit.signal ?? 'no status'}`;
  return {
    status: 'fail',
    message: `no result: ${oneLine(why, MAX_MESSAGE)}`,
    evidence: [lastLines(exit.stdout, 40), lastLines(exit.stderr, 10), ...said]
      .filter((text) => text !== '')
      .join('\n'),
  };
}
