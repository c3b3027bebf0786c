import { ioErrors } from '../../shared/rules/io-errors.ts';
import type { Rule } from '../../shared/rules/rule.ts';
import { prepareFile } from '../prepare-file.ts';
import { callUnderFault, resultsOf, timeCalls } from '../timed-calls.ts';

/** On the block device: one after the other. A file system that has shut itself down is asked once. */
const CALLS = 3;

/** What the kernel says of an I/O error that the test injects. */
export const INJECTED_ERRORS = ioErrors('the test makes the flush of the host fail');

/** An error of the host's flush is the guest's. */
export const HOST_ERROR: Rule = {
  id: 'host-error',
  title: 'A flush that fails on the host fails the sync call with EIO',
  rule:
    'If the host cannot flush the file, whatever its errno, each fsync(2) that waited for that flush fails with EIO: ' +
    'success would be a lie about durability, and the errno of the host means nothing in the guest. Once the host ' +
    'flushes again, so does the block device. A file system may have shut itself down meanwhile, for its journal ' +
    'could not be written.',
  source:
    'drivers/nvdimm/nd_virtio.c: virtio_pmem_flush() gives the ret of virtio_pmem_resp; ' +
    'drivers/nvdimm/region_devs.c: nvdimm_flush() makes -EIO of it',
  look: 'the return values of virtio_pmem_flush(), async_pmem_flush() and nvdimm_flush(), and bi_status in pmem_submit_bio()',
  // QEMU never again flushes the file of a disk that failed to flush once, and stops the guest at ENOSPC.
  devices: ['virtio-pmem'],
  cases: ['block-device', 'block-device-ENOSPC', 'ext4', 'xfs'],
  needs: ['host-faults', 'guest-tool'],
  rows: [
    {
      where: { cases: ['ext4', 'xfs'] },
      sees: { 'while the host fails': 'EIO', afterwards: { oneOf: ['ok', 'EIO', 'EROFS'] } },
      because: 'the file system may abort its journal, and is then read-only until it is mounted again',
    },
    {
      sees: { 'while the host fails': 'EIO', afterwards: 'ok' },
      because: 'a block device keeps no state of a failed flush',
    },
  ],
  keepsDevices: true,
  quick: ['block-device', 'ext4'],
  seconds: 5,
  forgives: INJECTED_ERRORS,
  mutations: [
    { by: 'no-fault', what: 'the host fails no flush', ends: 'infra' },
    { by: 'kernel-patch', patch: 'host-error-swallowed.mbox', what: 'virtio_pmem_flush() returns 0 for any answer' },
  ],
  async observe(context) {
    const { caseName, device, run } = context;
    const isRaw = caseName.startsWith('block-device');
    const mounted = isRaw ? undefined : await prepareFile(context, caseName);
    const path = mounted?.file ?? device.path;
    const error = caseName.endsWith('ENOSPC') ? 'ENOSPC' : 'EIO';
    const request = { way: 'fsync', path, threads: 1, calls: isRaw ? CALLS : 1 };
    const { calls } = await callUnderFault(context, { devices: [0], error }, [request]);
    const during = resultsOf(calls);
    const after = await timeCalls(context, await context.tool(), [{ ...request, calls: 1 }]);
    // The kernel keeps an error of the block device for the next one who syncs it.
    await mounted?.unmount();
    await run('xfs_io -c fsync "$1"', [device.path]);
    return { saw: { 'while the host fails': during, afterwards: resultsOf(after) } };
  },
};
