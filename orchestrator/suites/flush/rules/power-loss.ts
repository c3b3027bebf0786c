import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Rule, type RuleContext, RuleUnproven, StepFailed } from '../../shared/rules/rule.ts';
import { startWriter, verifyWriter } from '../acknowledged-writes.ts';

const LATEST_MS = 2000;
/** Acknowledged writes before the cut, at the least. */
const LEAST_WRITES = 3;
/** The kernel may sync on its own account between a write and the cut; then the write proves nothing. */
const TRIES = 5;

/** A host that loses its power keeps what its flushes covered. */
export const POWER_LOSS: Rule = {
  id: 'power-loss',
  title: 'What a sync call acknowledged outlives the power of the host',
  rule:
    'When the host loses its power, only that is left which its flushes covered: what was in the file as each of ' +
    'them began. A guest that boots on just that finds every block whose fdatasync(2) had returned, and its file ' +
    'system mounts. A write that nobody synced is gone after another such cut, which shows that the cut is one.',
  source: 'virtio specification, "PMEM Device": a flush request persists what was written before it',
  look: 'whether virtio_pmem_flush() is sent after the data was written and before the bio ends',
  devices: ['virtio-pmem'],
  cases: ['ext4', 'xfs'],
  needs: ['host-faults', 'guest-tool'],
  rows: [
    {
      sees: { 'what nobody synced': 'gone', 'acknowledged writes lost': 0 },
      because: 'a sync call returns after a flush of the host that covers it',
    },
  ],
  quick: ['ext4'],
  seconds: 40,
  timeoutMs: 180_000,
  mutations: [
    { by: 'no-sync', what: 'the program in the guest leaves its sync calls out' },
    { by: 'kernel-patch', patch: 'flush-skipped.mbox', what: 'virtio_pmem_flush() returns 0 without asking the host' },
  ],
  async observe(context) {
    const { caseName, host, note } = context;
    const type = caseName === 'xfs' ? 'xfs' : 'ext4';
    await (await context.mount({ type })).unmount();
    const unsynced = await cutAfterUnsyncedWrite(context, type);

    const { path } = await context.mount({ type, keep: true });
    const tool = await context.tool();
    const salt = randomInt(1, 2 ** 31);
    const durable = await host.keepDurable(0);
    const writer = startWriter(context, tool, `${path}/acknowledged`, salt);
    await writer.reached(LEAST_WRITES - 1);
    await sleep(randomInt(LATEST_MS));
    const last = writer.acknowledged();
    note(`${last + 1} acknowledged, ${durable.flushes} flushes of the host`);
    await cutPower(context);
    await writer.gone;
    const after = await context.mount({ type, keep: true });
    const found = await verifyWriter(context, await context.tool(), { file: `${after.path}/acknowledged`, salt, last });
    return { saw: { 'what nobody synced': unsynced, 'acknowledged writes lost': found.lost } };
  },
};

/** Changes a synced file by a mapping, which asks for no flush, and takes the power of the host away. */
async function cutAfterUnsyncedWrite(context: RuleContext, type: 'ext4' | 'xfs'): Promise<string> {
  const { host, must, note } = context;
  for (let round = 1; round <= TRIES; round += 1) {
    const { path } = await context.mount({ type, keep: true });
    await must(`xfs_io -f -c 'pwrite -q -S 0x11 0 64k' "$1/unsynced" && sync`, [path]);
    const durable = await host.keepDurable(0);
    const before = durable.flushes;
    await must(`xfs_io -c 'mmap -rw 0 64k' -c 'mwrite -S 0x22 0 64k' "$1/unsynced"`, [path]);
    const after = durable.flushes;
    await cutPower(context);
    if (before !== after) {
      note(`round ${round}: the kernel flushed on its own account`);
      continue;
    }
    const { path: later } = await context.mount({ type, keep: true });
    const bytes = await must(`od -An -v -tx1 "$1/unsynced" | tr -s ' ' '\\n' | sort | uniq -c`, [later]);
    await must(`umount "$1"`, [later]);
    return /^\s*65536 11$/m.test(bytes) ? 'gone' : 'there';
  }
  throw new RuleUnproven(`the kernel flushed between each of ${TRIES} unsynced writes and the cut behind it`);
}

async function cutPower({ host }: RuleContext): Promise<void> {
  await host.losePower();
  const { problems } = await host.powerOn();
  if (problems.length > 0) throw new StepFailed('the device is not as it was after the cut', problems.join('\n'));
}
