import { setTimeout as sleep } from 'node:timers/promises';
import type { Rule } from '../../shared/rules/rule.ts';
import { requireFault } from '../require-fault.ts';
import { timeCalls } from '../timed-calls.ts';

const FAULT = { devices: [0], delayMs: 40_000 } as const;
/** How long the flush is given to reach the host before others are tried. */
const HEAD_START_MS = 2000;

/** A slow host keeps only those waiting who asked for a flush. */
export const SLOW_HOST: Rule = {
  id: 'slow-host',
  title: 'A flush that takes 40 seconds delays only those who wait for it',
  rule:
    'While one flush of a device waits for its host, reads and writes of that device go on, for they ask the host ' +
    'for nothing. The kernel reports no hung task before its time is over (120 seconds by default), and the call ' +
    'ends with success.',
  source:
    'drivers/nvdimm/nd_virtio.c: virtio_pmem_flush() waits for the host without a lock that pmem_submit_bio() needs ' +
    'for data',
  look: 'which locks are held across the wait for the response of the host',
  devices: ['virtio-pmem', 'virtio-blk'],
  needs: ['host-faults', 'guest-tool'],
  rows: [
    {
      sees: { 'flushes of the host': { atLeast: 1 }, 'reads and writes meanwhile': 'went on', 'the slow call': 'ok' },
      because: 'only a flush waits for the host',
    },
  ],
  keepsDevices: true,
  seconds: 50,
  timeoutMs: 120_000,
  mutations: [{ by: 'no-fault', what: 'the host delays no flush', ends: 'infra' }],
  async observe(context) {
    const { device, run, host, note } = context;
    const tool = await context.tool();
    await using watch = await host.faults.attach(FAULT);
    const began = performance.now();
    const slow = timeCalls(context, tool, [{ way: 'fsync', path: device.path, threads: 1, calls: 1 }]);
    slow.catch(() => undefined);
    await sleep(HEAD_START_MS);
    // Direct I/O, behind the block under test: neither waits for the page cache, and none asks for a flush.
    const io = await run(
      'dd if=/dev/zero of="$1" bs=64k seek=16 count=16 oflag=direct conv=notrunc && dd if="$1" of=/dev/null bs=64k ' +
        'skip=16 count=16 iflag=direct',
      [device.path],
    );
    const ioMs = performance.now() - began;
    const [call] = await slow;
    const flushes = await watch.detach();
    note(`reads and writes ended after ${ioMs.toFixed(0)} ms, the slow call took ${call?.durationMs.toFixed(0)} ms`);
    requireFault(FAULT, flushes);
    const during = ioMs < (call?.durationMs ?? 0);
    return {
      saw: {
        'flushes of the host': flushes.length,
        'reads and writes meanwhile': io.exitCode === 0 ? (during ? 'went on' : 'waited') : 'failed',
        'the slow call': call?.result ?? 'no result',
      },
    };
  },
};
