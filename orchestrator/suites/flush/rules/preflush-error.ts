import { type Rule, RuleUnproven } from '../../shared/rules/rule.ts';
import { countCommits } from '../count-commits.ts';
import { prepareFile } from '../prepare-file.ts';
import { callUnderFault, resultsOf, timeCalls } from '../timed-calls.ts';
import { INJECTED_ERRORS } from './host-error.ts';

/** A write does not outrun the flush that was to come before it. */
export const PREFLUSH_ERROR: Rule = {
  id: 'preflush-error',
  title: 'A write fails with the flush that was to come before it',
  rule:
    'A file system commits by a write with REQ_PREFLUSH and REQ_FUA: all that the commit speaks of is to be durable ' +
    'before it. The host fails the first flush of an fsync(2), and no other. The fsync fails with EIO although the ' +
    'flush behind the write would succeed. Its commit is looked for in the log on the device: since Linux 7.2 the bio ' +
    'ends before its data is written.',
  source:
    'fs/jbd2/commit.c: journal_submit_commit_record(), fs/xfs/xfs_log.c: xlog_write_iclog(); drivers/nvdimm/pmem.c: ' +
    'pmem_submit_bio() ends a bio whose REQ_PREFLUSH fails, since 7.2 at once',
  look: 'whether pmem_submit_bio() keeps the error of REQ_PREFLUSH, also over the data and the flush for REQ_FUA',
  devices: ['virtio-pmem'],
  cases: ['ext4', 'xfs'],
  needs: ['host-faults', 'guest-tool'],
  rows: [
    {
      where: { kernels: '>=7.2' },
      sees: { fsync: 'EIO', 'its commit is on the device': false },
      because: 'pmem_submit_bio() ends the bio before its data is written',
    },
    {
      where: { kernels: '>=6.12.117 <6.13' },
      sees: { fsync: 'EIO', 'its commit is on the device': false },
      because: 'this stable release has the change of 7.2',
    },
    {
      sees: { fsync: 'EIO', 'its commit is on the device': { oneOf: [true, false] } },
      because:
        'without the change of 7.2 async_pmem_flush() only queues a bio for the flush, which is submitted when the data ' +
        'is written already; other stable releases may have the change',
    },
  ],
  keepsDevices: true,
  quick: ['ext4'],
  seconds: 8,
  forgives: INJECTED_ERRORS,
  mutations: [
    { by: 'no-fault', what: 'the host fails no flush', ends: 'infra' },
    {
      by: 'kernel-patch',
      patch: 'preflush-error-lost.mbox',
      what: 'the data is written, and the result of the flush behind it counts alone',
    },
  ],
  async observe(context) {
    const { caseName, device, run } = context;
    const { file, unmount } = await prepareFile(context, caseName);
    const request = { way: 'fsync', path: file, threads: 1, calls: 1 };
    const before = await countCommits(context, caseName);
    await timeCalls(context, await context.tool(), [request]);
    const good = await countCommits(context, caseName);
    if (good <= before) throw new RuleUnproven('the commit of an fsync that succeeded was not found in the log');
    const { calls } = await callUnderFault(context, { devices: [0], error: 'EIO', nth: 1 }, [request]);
    const found = await countCommits(context, caseName);
    // The kernel keeps an error of the block device for the next one who syncs it.
    await unmount();
    await run('xfs_io -c fsync "$1"', [device.path]);
    return { saw: { fsync: resultsOf(calls), 'its commit is on the device': found > good } };
  },
};
