import type { Rule } from '../../shared/rules/rule.ts';
import { BTT_SLEEPS } from '../btt-sleeps.ts';
import { observeScript } from '../observe-script.ts';

const SCRIPT = String.raw`
m=$top/m
device=$DEVICE
ext4_options= xfs_options='-m reflink=0'
sabotaged no-fault && wrong=0 || wrong=1
part() { # START LENGTH, in sectors
	defer "umount $m; delpart $DEVICE 1"
	must addpart "$DEVICE" 1 "$1" "$2"
	settle
	device=$(ls "$DEVICE"?* | head -n 1)
}
case $CASE in
# 64 MiB at 2 MiB, and one sector beside it.
partition-start) part $((4096 + wrong)) 131072 ;;
partition-size) part 4096 $((131072 + wrong)) ;;
block-size)
	[ $wrong = 0 ] || ext4_options='-b 1024' xfs_options='-m reflink=0 -b size=1024'
	;;
loop)
	if [ $wrong = 1 ]; then
		modprobe -q loop
		truncate -s 400M /run/pmemrig-loop
		device=$(losetup -f --show /run/pmemrig-loop) || skip 'the kernel has no loop device'
		defer "umount $m; losetup -d $device; rm -f /run/pmemrig-loop"
	fi
	;;
raw | sector)
	[ "$CASE:$KIND" != sector:virtio-pmem ] || skip "$BTT_SLEEPS"
	if [ $wrong = 1 ]; then
		remake "$CASE"
		defer "umount $m"
		device=$node
	fi
	;;
esac
see() { # TYPE MESSAGE
	mark
	result=$(try mount_on "$1" "$device" dax=always $m)
	saw "$1 with dax=always" "$result"
	[ "$result" != ok ] || saw "a file of it is DAX" "$(echo data > $m/file; is_dax $m/file)"
	saw "the kernel says why for $1" "$(hears "$2")"
	if [ "$result" = ok ]; then umount $m; fi
	saw "$1 without dax" "$(try mount_on "$1" "$device" rw $m)"
	umount $m
}
mkfs_on ext4 "$device" $ext4_options || die 'mkfs.ext4 failed'
see ext4 "$EXT4_SAYS"
mkfs_on xfs "$device" $xfs_options || die 'mkfs.xfs failed'
see xfs "$XFS_SAYS"
`;

const UNALIGNED = 'error: unaligned partition for dax';
/** Basic regular expressions over the kernel's log. */
const MESSAGES: Readonly<Record<string, readonly [string, string]>> = {
  'partition-start': [UNALIGNED, UNALIGNED],
  'partition-size': [UNALIGNED, UNALIGNED],
  'block-size': ['EXT4-fs.*unsupported blocksize for DAX', 'XFS.*DAX not supported for blocksize. Turning off DAX'],
};
const NO_DAX = [
  'EXT4-fs.*DAX unsupported by block device',
  'XFS.*DAX unsupported by block device. Turning off DAX',
] as const;

/** What cannot be DAX is refused in words, and works without. */
export const REFUSALS: Rule = {
  id: 'refusals',
  title: 'dax=always is refused, or turned off, with a reason where DAX cannot work, and the device works without it',
  rule:
    'A partition that does not begin and end at a page, a file system whose blocks are no pages and a device without ' +
    'DAX cannot map files directly. ext4 then refuses to mount with dax=always; XFS mounts without DAX. Both say why ' +
    'in the kernel log, no file is in DAX state, and the same file system mounts without the option.',
  source: 'drivers/dax/super.c: fs_dax_get_by_bdev(); ext4_fill_super(); xfs_setup_dax_always()',
  look: 'fs_dax_get_by_bdev(), and queue/dax of the device',
  devices: ['nvdimm', 'virtio-pmem', 'e820'],
  cases: ['partition-start', 'partition-size', 'block-size', 'loop', 'raw', 'sector'],
  needs: [],
  rows: [
    {
      where: { cases: ['raw'], devices: ['virtio-pmem', 'e820'] },
      sees: {
        'ext4 with dax=always': 'ok',
        'a file of it is DAX': true,
        'the kernel says why for ext4': false,
        'ext4 without dax': 'ok',
        'xfs with dax=always': 'ok',
        'the kernel says why for xfs': false,
        'xfs without dax': 'ok',
      },
      because: 'its region has struct pages of its own (ND_REGION_PAGEMAP), in raw mode, too',
    },
    {
      sees: {
        'ext4 with dax=always': 'EINVAL',
        'the kernel says why for ext4': true,
        'ext4 without dax': 'ok',
        'xfs with dax=always': 'ok',
        'a file of it is DAX': false,
        'the kernel says why for xfs': true,
        'xfs without dax': 'ok',
      },
      because: 'ext4 refuses, XFS turns DAX off',
    },
  ],
  quick: ['partition-start', 'block-size'],
  seconds: 4,
  mutations: [{ by: 'no-fault', what: 'the partition is aligned, the block a page, the device the fsdax one' }],
  async observe(context) {
    const [ext4, xfs] = MESSAGES[context.caseName] ?? NO_DAX;
    return observeScript(context, SCRIPT, { env: { EXT4_SAYS: ext4, XFS_SAYS: xfs, BTT_SLEEPS } });
  },
};
