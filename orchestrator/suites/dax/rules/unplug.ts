import { DeviceRefused } from '../../../model/hot-plug.ts';
import { ioErrors } from '../../shared/rules/io-errors.ts';
import { type Observation, type Rule, type RuleContext, RuleSkip, StepFailed } from '../../shared/rules/rule.ts';
import { observeScript, runScript } from '../observe-script.ts';

const MAKE = String.raw`
m=$top/m
mkfs_on ext4 "$DEVICE" || die 'mkfs.ext4 failed'
mount_on ext4 "$DEVICE" "$OPTIONS" $m || die 'it does not mount'
must xfs_io -f -c 'pwrite -q -S 0x61 0 1m' -c fsync $m/file
[ "$CASE" != idle ] || umount $m
`;
/** Whether the file is as it was synced. The mount replays the journal. */
const COMPARE = String.raw`
m=$top/m
[ -b "$DEVICE" ] || die 'the device is gone'
grep -q " $m " /proc/mounts || mount_on ext4 "$DEVICE" "$OPTIONS" $m || die 'it does not mount'
sabotaged stray-write && must xfs_io -c 'pwrite -q -S 0x62 4096 1' -c fsync $m/file
lost=$(tr -d a < $m/file | wc -c)
`;
const GONE = String.raw`
m=$top/m
saw 'the device is there' "$([ -b "$DEVICE" ] && echo yes || echo no)"
if [ "$CASE" != idle ]; then
	saw 'a new file with fsync' "$(try xfs_io -f -c 'pwrite -q 0 4k' -c fsync $m/new | sed 's/^failed.*/EIO/; s/EROFS/EIO/')"
	umount $m 2> /dev/null
	saw 'it is still mounted' "$(grep -q " $m " /proc/mounts && echo yes || echo no)"
fi
`;
const BACK = String.raw`
${COMPARE}
saw 'bytes that differ when it is back' "$lost"
umount $m
saw 'fsck' "$(e2fsck -fn "$DEVICE" > /dev/null 2>&1 && echo clean || echo broken)"
`;
/** A device that was refused works on. */
const UNTOUCHED = String.raw`
${COMPARE}
[ "$lost" = 0 ] || die "$lost bytes differ after the refusal"
must xfs_io -f -c 'pwrite -q 0 4k' -c fsync $m/new
`;

const PULLED = { 'the device is there': false, 'bytes that differ when it is back': 0, fsck: 'clean' } as const;

/** A device that the host takes out. */
export const UNPLUG: Rule = {
  id: 'unplug',
  title: 'A device that the host takes out gives errors, never a hang, and its data is there when it is back',
  rule:
    'The host asks the guest to give the device back, idle or mounted. The guest lets it go: what runs on a file ' +
    'system there fails, umount works, and nobody waits for ever. In the next boot the device is in again, with what ' +
    'fsync(2) had acknowledged. QEMU takes out the control leg, and refuses nvdimm and virtio-pmem (seen with 7.2, 10.0 ' +
    "and 11.1). The device must then work on and hold its data, and the test is skipped with QEMU's words.",
  source: 'drivers/nvdimm/virtio_pmem.c: virtio_pmem_remove(); drivers/block/virtio_blk.c: virtblk_remove()',
  look: 'del_gendisk(), and for pmem kill_dax() in drivers/dax/super.c',
  // The control leg comes first: it is the one that a QEMU takes out.
  devices: ['virtio-blk', 'virtio-pmem', 'nvdimm'],
  cases: ['idle', 'mounted'],
  needs: [],
  rows: [
    { where: { cases: ['idle'] }, sees: PULLED, because: 'nothing uses the device' },
    {
      sees: { ...PULLED, 'a new file with fsync': 'EIO', 'it is still mounted': false },
      because: 'the file system has lost its device',
    },
  ],
  seconds: 20,
  timeoutMs: 120_000,
  mutations: [
    { by: 'no-fault', what: 'the device stays in' },
    { by: 'stray-write', what: 'a byte of the file is changed afterwards' },
  ],
  forgives: ioErrors('the file system has lost its device'),
  async observe(context) {
    const env = { OPTIONS: context.device.dax ? 'dax=always' : 'rw' };
    await runScript(context, MAKE, { env });
    try {
      await context.host.unplug(0);
    } catch (error) {
      if (!(error instanceof DeviceRefused)) throw error;
      await runScript(context, UNTOUCHED, { env });
      throw new RuleSkip(error.message);
    }
    const gone = await observeScript(context, GONE);
    return join(gone, await putBack(context, env));
  },
};

/** A device of the topology is in the machine again after a power cycle. */
async function putBack(context: RuleContext, env: Readonly<Record<string, string>>): Promise<Observation> {
  const { problems } = await context.host.powerCycle();
  if (problems.length > 0) throw new StepFailed('the device is not as it was in the next boot', problems.join('\n'));
  return observeScript(context, BACK, { env });
}

const join = (...parts: readonly Observation[]): Observation => ({
  saw: Object.assign({}, ...parts.map(({ saw }) => saw)) as Observation['saw'],
});
