import type { Rule } from '../../shared/rules/rule.ts';
import { callUnderFault, LEAST_PART, resultsOf } from '../timed-calls.ts';
import { prepareFile } from '../prepare-file.ts';

const DELAY_MS = 300;
const CALLS = 2;
const WAYS = ['fsync', 'fdatasync', 'o-dsync', 'o-sync', 'msync', 'sync-file-range'] as const;
const ON_FILE = ['ext4', 'xfs'].flatMap((type) => WAYS.map((way) => `${type}-${way}`));

/** Each way to make a write durable ends in a flush by the host. */
export const REACHES_HOST: Rule = {
  id: 'reaches-host',
  title: 'A call that makes data durable waits for a flush of the host',
  rule:
    'fsync(2), fdatasync(2), a write with O_DSYNC or O_SYNC, msync(2) with MS_SYNC, a flush of the block device and ' +
    'a write with FUA return only after the host has flushed the file behind the device: at least one fsync(2) of ' +
    'the host begins after the call and ends before it returns. The host delays each flush, so that a call which did ' +
    'not wait for one is seen by its duration. An nvdimm has its data durable once the CPU caches are written back, ' +
    'and asks the host for nothing.',
  source:
    'drivers/nvdimm/nd_virtio.c: virtio_pmem_flush(), called by nvdimm_flush() for REQ_PREFLUSH and REQ_FUA of ' +
    'pmem_submit_bio()',
  look: 'virtio_pmem_flush() and its callers; for a file system whether it sends the flush: blkdev_issue_flush()',
  devices: ['virtio-pmem', 'nvdimm', 'virtio-blk'],
  cases: [...ON_FILE, 'block-device-fsync', 'block-device-fua'],
  needs: ['host-faults', 'guest-tool'],
  rows: [
    {
      where: { devices: ['nvdimm'] },
      sees: { result: 'ok', 'flushes of the host': 0, 'each call waited for one': false },
      because: 'the data of an nvdimm is durable without its host',
    },
    {
      sees: { result: 'ok', 'flushes of the host': { atLeast: 1 }, 'each call waited for one': true },
      because: 'what the guest wrote lies in the page cache of the host',
    },
  ],
  keepsDevices: true,
  quick: ['ext4-fsync', 'ext4-msync', 'block-device-fsync', 'block-device-fua'],
  seconds: 6,
  mutations: [
    { by: 'no-sync', what: 'the program in the guest leaves its sync calls out' },
    { by: 'no-fault', what: 'the host delays no flush', ends: 'infra' },
    {
      by: 'kernel-patch',
      patch: 'flush-skipped.mbox',
      what: 'virtio_pmem_flush() returns 0 if it asked the host within half a second',
    },
  ],
  async observe(context) {
    const [where = '', way = ''] = splitCase(context.caseName);
    const path = where === 'block-device' ? context.device.path : (await prepareFile(context, where)).file;
    const request = { way, path, threads: 1, calls: CALLS };
    const { calls, flushes } = await callUnderFault(context, { devices: [0], delayMs: DELAY_MS }, [request]);
    return {
      saw: {
        result: resultsOf(calls),
        'flushes of the host': flushes.length,
        'each call waited for one': calls.every(({ durationMs }) => durationMs >= DELAY_MS * LEAST_PART),
      },
    };
  },
};

/** `block-device-fua` into place and way. */
function splitCase(caseName: string): readonly string[] {
  const place = ['block-device', 'ext4', 'xfs'].find((name) => caseName.startsWith(`${name}-`)) ?? '';
  return [place, caseName.slice(place.length + 1)];
}
