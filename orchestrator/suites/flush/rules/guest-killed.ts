import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Rule, StepFailed } from '../../shared/rules/rule.ts';
import { startWriter, verifyWriter } from '../acknowledged-writes.ts';

const CUTS = 10;
/** The power goes at a random moment of so long after the first acknowledged write. */
const LATEST_MS = 1500;

/** A guest that dies keeps what was acknowledged. */
export const GUEST_KILLED: Rule = {
  id: 'guest-killed',
  title: 'What a sync call acknowledged outlives the guest',
  rule:
    'QEMU is killed at ten random moments, while the guest writes blocks and syncs each. After each new boot from ' +
    'the same files every block whose fdatasync(2) had returned is there, the file system mounts with its journal ' +
    'replayed, and its check finds nothing wrong.',
  source:
    'fsync(2): "This includes writing through or flushing a disk cache if present"; fs/jbd2, fs/xfs: replay of the log',
  look: 'the order of data, commit block and flush in the journal: jbd2_journal_commit_transaction(), xlog_write_iclog()',
  devices: ['virtio-pmem', 'nvdimm', 'virtio-blk'],
  cases: ['ext4', 'xfs'],
  needs: ['guest-tool'],
  rows: [
    {
      sees: { 'acknowledged writes lost': 0, 'checks that failed': 0, cuts: CUTS },
      because: 'the files of the host outlive QEMU',
    },
  ],
  seconds: 110,
  timeoutMs: 300_000,
  mutations: [{ by: 'no-sync', what: 'the program in the guest leaves its sync calls out' }],
  async observe(context) {
    const { caseName, host, must, run, note } = context;
    const options = context.device.dax ? 'dax=always' : '';
    const type = caseName === 'xfs' ? 'xfs' : 'ext4';
    let { path } = await context.mount({ type, options });
    let lost = 0;
    let failedChecks = 0;
    for (let cut = 1; cut <= CUTS; cut += 1) {
      const file = `${path}/acknowledged`;
      const writer = startWriter(context, await context.tool(), file, cut);
      await writer.reached(0);
      await sleep(randomInt(LATEST_MS));
      const last = writer.acknowledged();
      await host.kill();
      await writer.gone;
      const { problems } = await host.powerOn();
      if (problems.length > 0) throw new StepFailed('the device is not as it was after the cut', problems.join('\n'));
      ({ path } = await context.mount({ type, options, keep: true }));
      const found = await verifyWriter(context, await context.tool(), {
        file: `${path}/acknowledged`,
        salt: cut,
        last,
      });
      note(`cut ${cut}: ${last + 1} acknowledged, ${found.lost} lost`);
      lost += found.lost;
      await must(`umount ${path}`);
      if ((await run(checkCommand(type), [context.device.path])).exitCode !== 0) failedChecks += 1;
      ({ path } = await context.mount({ type, options, keep: true }));
    }
    return { saw: { 'acknowledged writes lost': lost, 'checks that failed': failedChecks, cuts: CUTS } };
  },
};

/** Reads only; the journal has been replayed by the mount before it. */
const checkCommand = (type: 'ext4' | 'xfs'): string => (type === 'xfs' ? 'xfs_repair -n "$1"' : 'e2fsck -fn "$1"');
