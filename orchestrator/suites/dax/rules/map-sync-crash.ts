import { traitsOf } from '../../../model/device-kinds.ts';
import { type Rule, StepFailed } from '../../shared/rules/rule.ts';
import { observeScript, runScript } from '../observe-script.ts';

/** Each file and its pages of 4 KiB. Every third page is stored to. */
const EACH_FILE = String.raw`
m=$top/m
each_file() { # COMMAND...
	"$@" hole 256
	"$@" unwritten 256
	"$@" huge 2048
}
`;

const STORE = String.raw`
${EACH_FILE}
# What a page held before must not be seen in a file.
must xfs_io -d -c "pwrite -q -S 0xee -b 1m 0 $(blockdev --getsize64 "$DEVICE")" "$DEVICE"
case $CASE in
xfs) mkfs_on xfs "$DEVICE" -d su=2m,sw=1 ;;
*) mkfs_on ext4 "$DEVICE" -E stride=512,stripe_width=512 ;;
esac || die "mkfs.$CASE failed"
# Until the power goes the journal is written by the faults alone.
case $CASE in
xfs) mount_on xfs "$DEVICE" dax=always $m && echo 7200 > /proc/sys/fs/xfs/xfssyncd_centisecs ;;
*) mount_on ext4 "$DEVICE" dax=always,commit=300 $m ;;
esac || die 'it does not mount'
[ "$CASE" != xfs ] || xfs_io -c 'extsize 2m' $m
must xfs_io -f -c 'falloc 0 8m' -c fsync $m/huge
[ "$CASE" != xfs ] || xfs_io -c 'extsize 0' $m
must xfs_io -f -c 'truncate 1m' -c fsync $m/hole
must xfs_io -f -c 'falloc 0 1m' -c fsync $m/unwritten
sync
store() { must "$TOOL" scatter "$m/$1" "$2" 3 4711; }
each_file store
`;

const LOOK = String.raw`
${EACH_FILE}
mount_on "$CASE" "$DEVICE" dax=always $m || die 'it does not mount after the cut'
sabotaged stray-write && must xfs_io -c 'pwrite -q -S 0xee 5000 1' -c fsync $m/hole
look() {
	found=$("$TOOL" scattered "$m/$1" "$2" 3 4711) || die "$1 cannot be read"
	saw "$1: stored pages" "$(echo "$found" | sed -n 's/^stored //p')"
	saw "$1: stored pages that are lost" "$(echo "$found" | sed -n 's/^lost //p')"
	saw "$1: other pages that are no zeros" "$(echo "$found" | sed -n 's/^stale //p')"
}
each_file look
umount $m || die 'umount failed'
case $CASE in
xfs) xfs_repair -n "$DEVICE" > /dev/null 2>&1 ;;
*) e2fsck -fn "$DEVICE" > /dev/null 2>&1 ;;
esac && saw 'its check' clean || saw 'its check' broken
`;

/** What MAP_SYNC promises, over a power cut. */
export const MAP_SYNC_CRASH: Rule = {
  id: 'map-sync-crash',
  title: 'What is stored through a MAP_SYNC mapping outlives a power cut without any sync call, and holes stay zeros',
  rule:
    'A write fault in a MAP_SYNC mapping returns only when the blocks that it allocated or converted are in the ' +
    'journal. A process then stores to some pages of a hole, of unwritten extents, and of unwritten extents of 2 MiB ' +
    'at 2 MiB, and calls neither fsync(2) nor msync(2). After the power was cut these pages are there byte for byte. ' +
    'All others read as zeros, though the device was full of another byte: that is also what a hole of a guest that ' +
    'crashed must read as. The check of the file system finds nothing. e820 is memory of the guest itself, which no ' +
    'power cut leaves: its machine is reset instead.',
  source: 'fs/dax.c: dax_finish_sync_fault(); ext4_dax_huge_fault(), xfs_filemap_huge_fault(); mmap(2): MAP_SYNC',
  look:
    'dax_fault_is_synchronous() and who sets IOMAP_F_DIRTY; for pages that are no zeros EXT4_GET_BLOCKS_CREATE_ZERO ' +
    'and XFS_BMAPI_ZERO',
  devices: ['nvdimm', 'e820'],
  cases: ['ext4', 'xfs'],
  needs: ['guest-tool'],
  rows: [
    {
      sees: {
        'hole: stored pages': 86,
        'hole: stored pages that are lost': 0,
        'hole: other pages that are no zeros': 0,
        'unwritten: stored pages': 86,
        'unwritten: stored pages that are lost': 0,
        'unwritten: other pages that are no zeros': 0,
        'huge: stored pages': 683,
        'huge: stored pages that are lost': 0,
        'huge: other pages that are no zeros': 0,
        'its check': 'clean',
      },
      because: 'the fault has the journal written before the page can be stored to',
    },
  ],
  seconds: 25,
  timeoutMs: 150_000,
  mutations: [
    { by: 'no-sync', what: 'the file is mapped without MAP_SYNC' },
    { by: 'stray-write', what: 'a byte of a hole is written to after the cut' },
  ],
  async observe(context) {
    const { device, host, note } = context;
    await runScript(context, STORE, { env: { TOOL: await context.tool() } });
    const byReset = traitsOf(device).usesGuestMemory;
    note(byReset ? 'the machine is reset' : 'the power is cut');
    const { problems } = byReset ? await host.reset() : await host.powerCycle();
    if (problems.length > 0) throw new StepFailed('the device is not as it was after the cut', problems.join('\n'));
    return observeScript(context, LOOK, { env: { TOOL: await context.tool() } });
  },
};
