import type { FlushFault, HostFlush } from '../../model/host-faults.ts';
import { type RuleContext, StepFailed } from '../shared/rules/rule.ts';
import { requireFault } from './require-fault.ts';

/** One call of the guest that makes a write durable. */
export interface TimedCall {
  /** The file or device that was synced. */
  readonly path: string;
  readonly durationMs: number;
  /** `ok`, or the errno's name. */
  readonly result: string;
}

/** A run of `pmemcheck calls`. */
export interface CallRequest {
  /** A way to sync, as `pmemcheck` names it: `fsync`, `fua`. */
  readonly way: string;
  /** A file or block device with a block for each thread. */
  readonly path: string;
  readonly threads: number;
  /** By each thread, one after the other. */
  readonly calls: number;
  /** The most that a thread pauses before each call, by chance; absent: it does not pause. */
  readonly pauseMs?: number;
}

export interface CallsUnderFault {
  readonly calls: readonly TimedCall[];
  /** The host's flushes between the begin of the first call and the end of the last, as the host saw them. */
  readonly flushes: readonly HostFlush[];
}

/** The guest's clock may run a little fast under TCG: a call that waited for a delayed flush lasts at least this part. */
export const LEAST_PART = 0.8;

/**
 * Makes calls in the guest, all requests at once, while the host's flush is delayed, fails or is only counted. Rejects
 * with RuleUnproven where the fault did not happen, and with StepFailed.
 */
export async function callUnderFault(
  context: RuleContext,
  fault: FlushFault,
  requests: readonly CallRequest[],
): Promise<CallsUnderFault> {
  const tool = await context.tool();
  await using watch = await context.host.faults.attach(fault);
  const calls = await timeCalls(context, tool, requests);
  const flushes = await watch.detach();
  context.note(`host: ${flushes.map(describeFlush).join(', ') || 'no flush'}`);
  requireFault(fault, flushes);
  return { calls, flushes };
}

/** `device 0 EIO (injected) 1.2 ms`. */
function describeFlush({ device, result, injected, beganAtMs, endedAtMs }: HostFlush): string {
  return `device ${device} ${result}${injected ? ' (injected)' : ''} ${(endedAtMs - beganAtMs).toFixed(1)} ms`;
}

/** As {@link callUnderFault}, with the host left alone. */
export async function timeCalls(
  { must }: Pick<RuleContext, 'must'>,
  tool: string,
  requests: readonly CallRequest[],
): Promise<readonly TimedCall[]> {
  const lines = requests.map(
    ({ way, path, threads, calls, pauseMs = 0 }) =>
      `PMEMCHECK_PAUSE_MS=${pauseMs} '${tool}' calls ${way} '${path}' ${threads} ${calls} &`,
  );
  const output = await must(
    `set -e\npids=\n${lines.map((line) => `${line} pids="$pids $!"`).join('\n')}\nfor pid in $pids; do wait $pid; done`,
  );
  const calls = parseCalls(output);
  const asked = requests.reduce((sum, request) => sum + request.threads * request.calls, 0);
  if (calls.length !== asked)
    throw new StepFailed(`of ${asked} calls in the guest only ${calls.length} were reported`, output);
  return calls;
}

/** Reads `call PATH THREAD NUMBER BEGAN_US ENDED_US RESULT`. */
export function parseCalls(output: string): readonly TimedCall[] {
  return Array.from(
    output.matchAll(/^call (\S+) \d+ \d+ (\d+) (\d+) (\w+)$/gm),
    ([, path = '', began = '', ended = '', result = '']) => ({
      path,
      durationMs: (Number(ended) - Number(began)) / 1000,
      result,
    }),
  );
}

/** The results that occur, each once, in alphabetical order: `EIO`, or `EIO ok`. */
export function resultsOf(calls: readonly TimedCall[]): string {
  return [...new Set(calls.map(({ result }) => result))].toSorted().join(' ');
}
