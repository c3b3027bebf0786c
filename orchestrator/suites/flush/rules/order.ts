import type { Rule, RuleContext } from '../../shared/rules/rule.ts';
import { observeOrder } from '../observe-order.ts';
import type { CallRequest } from '../timed-calls.ts';

/** Calls by each thread. A kernel that serialises its flushes takes threads × calls × delay. */
const CALLS: Readonly<Record<string, number>> = { 1: 6, 4: 6, 16: 4, 64: 2 };

/** No call joins a flush that had already begun. */
export const ORDER: Rule = {
  id: 'order',
  title: 'A sync call is covered by a flush of the host that began after the call',
  rule:
    'A flush of the host covers what was in its file when the flush began. A guest that coalesces flushes may let ' +
    'many calls wait for one, but only for one that begins after each of them: a call that joins a flush already ' +
    'under way returns while its data may still be in the page cache of the host. Each flush of the host is delayed, ' +
    'so that a call which joined one under way lasts less than the delay. The calls for each flush of the host are ' +
    'the figure of coalescing.',
  source:
    'the review of "virtio-pmem: Async virtio-pmem flush" (2022); drivers/nvdimm/nd_virtio.c: async_pmem_flush(); ' +
    'since Linux 7.2 a flush for FUA completes in a work queue (NVDIMM_FLUSH_ASYNC)',
  look: 'how async_pmem_flush() decides which requests a flush covers: by when it was sent to the host, never by when it ended',
  devices: ['virtio-pmem', 'virtio-blk'],
  cases: ['1-thread', '4-threads', '16-threads', '64-threads', 'fua-and-fsync'],
  needs: ['host-faults', 'guest-tool'],
  rows: [
    {
      sees: { result: 'ok', 'calls shorter than a flush of the host': 0, 'flushes of the host': { atLeast: 1 } },
      because: 'a flush covers only what came before it',
    },
  ],
  keepsDevices: true,
  quick: ['4-threads', 'fua-and-fsync'],
  seconds: 12,
  timeoutMs: 120_000,
  mutations: [
    { by: 'no-sync', what: 'the program in the guest leaves its sync calls out' },
    { by: 'no-fault', what: 'the host delays no flush', ends: 'infra' },
    {
      by: 'kernel-patch',
      patch: 'flush-coalesced-too-early-6.12.mbox',
      what: 'a request joins a flush that had already begun',
    },
  ],
  observe: async (context) => observeOrder(context, requestsOf(context), [0]),
};

function requestsOf({ caseName, device: { path } }: RuleContext): readonly CallRequest[] {
  if (caseName === 'fua-and-fsync') return ['fua', 'fsync'].map((way) => ({ way, path, threads: 2, calls: 4 }));
  const threads = Number.parseInt(caseName, 10);
  return [{ way: 'fsync', path, threads, calls: CALLS[threads] ?? 1 }];
}
