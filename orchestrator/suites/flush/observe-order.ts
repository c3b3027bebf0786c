import type { Observation, RuleContext } from '../shared/rules/rule.ts';
import { type CallRequest, callUnderFault, LEAST_PART, resultsOf } from './timed-calls.ts';

/** Well above what a call takes beside it in a guest on a busy host: what is added to a short call hides it. */
const DELAY_MS = 200;

/**
 * Threads that never pause fall in step: a flush that all have joined ends for all at once, and all make their next
 * call before the next flush begins. Then none is ever too early, also on a kernel where it could be.
 */
const PAUSE_MS = 300;

/** Makes the calls while each flush of the host is delayed, and looks for one that lasted less than a flush. */
export async function observeOrder(
  context: RuleContext,
  requests: readonly CallRequest[],
  devices: readonly number[],
): Promise<Observation> {
  const { calls, flushes } = await callUnderFault(
    context,
    { devices, delayMs: DELAY_MS },
    requests.map((request) => ({ ...request, pauseMs: PAUSE_MS })),
  );
  const short = calls.filter(({ durationMs }) => durationMs < DELAY_MS * LEAST_PART);
  return {
    saw: {
      result: resultsOf(calls),
      'calls shorter than a flush of the host': short.length,
      'flushes of the host': flushes.length,
    },
    ...(flushes.length > 0 && {
      metrics: [
        { name: 'calls-per-host-flush', value: calls.length / flushes.length, unit: 'count', better: 'higher' },
      ],
    }),
  };
}
