import { getSystemErrorMap } from 'node:util';
import type { ExecResult } from '../../model/guest.ts';
import type { FioSuiteSpec } from '../../../matrices/suites/fio.ts';
import type { TestResult } from '../../model/outcome.ts';
import { explainExitStatus } from '../../model/signals.ts';
import { lastLines } from '../../model/last-lines.ts';
import { oneLine } from '../shared/one-line.ts';
import { parseFioOutput } from './fio-json.ts';
import { fioInstructions } from './instructions.ts';
import { fioMetrics } from './metrics.ts';

const EOPNOTSUPP = 95;
const MAX_MESSAGE = 500;

export interface FioRun {
  readonly exit: Pick<ExecResult, 'exitCode' | 'signal' | 'stderr'>;
  /** What `--output` wrote; empty if nothing. */
  readonly output: string;
  /** The job maps with MAP_SYNC and ran on virtio-pmem. */
  readonly mapSyncRefused: boolean;
  /** As in `FioSuiteSpec`. */
  readonly measure?: FioSuiteSpec['measure'];
}

/** What a finished fio amounts to, in fio's own words. */
export function judgeFio({ exit, output, mapSyncRefused, measure }: FioRun): TestResult {
  const parsed = parseFioOutput(output);
  const words = fioWords(exit.stderr) || fioWords(parsed.preamble);
  const failed = parsed.ok ? parsed.output.jobs.find(({ error }) => error !== 0) : undefined;

  if (mapSyncRefused && failed?.error === EOPNOTSUPP) {
    return {
      status: 'skip',
      message: 'libpmem needs MAP_SYNC, which virtio-pmem rightly refuses (EOPNOTSUPP): its flush is asynchronous',
      ...evidence(words),
    };
  }
  // fio's first line names the cause; the rest follows from it. A crash of fio is worse news than what it said before.
  const said = headline(words);
  if (exit.exitCode === null) {
    const end = exit.signal === null ? "fio's exit status was lost" : `fio was ended by signal ${exit.signal}`;
    return { status: 'fail', message: `${end}${said === '' ? '' : `: ${said}`}`, ...evidence(words) };
  }
  if (failed)
    return {
      status: 'fail',
      message: said || `fio job section "${failed.jobname}" failed: ${describeErrno(failed.error)}`,
      ...evidence(words),
    };
  if (exit.exitCode !== 0)
    return {
      status: 'fail',
      message: `fio ended with exit status ${exit.exitCode}${explainExitStatus(exit.exitCode)}${said === '' ? '' : `: ${said}`}`,
      ...evidence(words),
    };
  // fio is content, and it is the rig that cannot read it.
  const unread = (problem: string): TestResult => ({
    status: 'infra',
    message: oneLine(problem, MAX_MESSAGE),
    ...evidence(words),
  });
  if (!parsed.ok) return unread(parsed.problem);
  if (parsed.problem !== undefined) return unread(parsed.problem);

  const idle = parsed.output.jobs.filter(({ read, write }) => read.total_ios + write.total_ios === 0);
  if (idle.length > 0)
    return {
      status: 'fail',
      message: `fio did no I/O in section ${idle.map(({ jobname }) => `"${jobname}"`).join(', ')}`,
      ...evidence(words),
    };
  return {
    status: 'pass',
    metrics: measure === 'instructions' ? fioInstructions(parsed.output) : fioMetrics(parsed.output),
  };
}

function fioWords(text: string): string {
  // The first lines: with verify_fatal=0 a bad file gives thousands.
  return text.trim().split('\n').slice(0, 40).join('\n');
}

/** The line that names the cause: of a SIGBUS fio first says only that a signal came. */
function headline(words: string): string {
  return words.split('\n')[0]?.trim() ?? '';
}

function evidence(words: string): { readonly evidence?: string } {
  return words === '' ? {} : { evidence: lastLines(words, 40) };
}

function describeErrno(errno: number): string {
  const [name, text] = getSystemErrorMap().get(-errno) ?? [];
  return name === undefined ? `error ${errno}` : `error ${errno} (${name}, ${text ?? ''})`;
}
