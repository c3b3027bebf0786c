import type { Rule } from '../../shared/rules/rule.ts';
import { observeScript } from '../observe-script.ts';

const SCRIPT = String.raw`
m=$top/m
case $CASE in
erofs)
	need mkfs.erofs erofs-utils
	modprobe -q erofs
	grep -qw erofs /proc/filesystems || skip 'the kernel has no erofs (CONFIG_EROFS_FS)'
	mkdir -p /run/pmemrig-erofs/dir
	echo data > /run/pmemrig-erofs/dir/file
	must mkfs.erofs "$DEVICE" /run/pmemrig-erofs
	MOUNT_FLAGS=-r
	;;
*) mkfs_on "$CASE" "$DEVICE" || die "mkfs.$CASE failed" ;;
esac
# Makes the file at the first mount that can be written; its directory has the flag for DAX.
file_is_dax() {
	[ -d $m/dir ] || { mkdir $m/dir && xfs_io -c 'chattr +x' $m/dir; }
	[ -f $m/dir/file ] || xfs_io -f -c 'pwrite -q 0 64k' $m/dir/file
	is_dax $m/dir/file
}
sabotaged no-fault && always=rw || always=dax=always
mark
saw 'mount with dax=always' "$(try mount_on "$CASE" "$DEVICE" $always $m)"
saw 'the kernel says why' "$(hears "$SAYS")"
if grep -q " $m " /proc/mounts; then
	saw 'a file under dax=always is DAX' "$(file_is_dax)"
	umount $m
fi
case $CASE in
erofs) modes='dax=never rw' ;;
*) modes='dax=inode dax=never rw' ;;
esac
for mode in $modes; do
	saw "mount with $mode" "$(try mount_on "$CASE" "$DEVICE" $mode $m)"
	saw "a file under $mode is DAX" "$(file_is_dax)"
	umount $m
done
`;

const NEVER_DAX = {
  'mount with dax=never': 'ok',
  'a file under dax=never is DAX': false,
  'mount with rw': 'ok',
  'a file under rw is DAX': false,
} as const;
const INODES = { 'mount with dax=inode': 'ok', 'a file under dax=inode is DAX': false } as const;

/** Basic regular expressions over the kernel's log. */
const SAYS: Readonly<Record<string, string>> = {
  ext4: 'EXT4-fs.*DAX unsupported by block device',
  xfs: 'XFS.*DAX unsupported by block device. Turning off DAX',
  erofs: 'erofs.*DAX unsupported by block device. Turning off DAX',
};

/** The control leg: a device without DAX. */
export const NO_DAX: Rule = {
  id: 'no-dax',
  title: 'On a device without DAX no file is DAX, dax=always is refused or turned off, and all else mounts',
  rule:
    'A disk has no dax device. ext4 refuses dax=always there; XFS and erofs mount without DAX. All three say why in ' +
    'the kernel log. dax=inode, dax=never and no option mount, also where files have the flag FS_XFLAG_DAX, and ' +
    'statx(2) calls no file DAX.',
  source: 'drivers/dax/super.c: fs_dax_get_by_bdev(); ext4_fill_super(), xfs_setup_dax_always(), erofs_fc_fill_super()',
  look: 'fs_dax_get_by_bdev(), which must give NULL, and ext4_should_enable_dax()',
  devices: ['virtio-blk'],
  cases: ['ext4', 'xfs', 'erofs'],
  needs: [],
  rows: [
    {
      where: { cases: ['ext4'] },
      sees: { 'mount with dax=always': 'EINVAL', 'the kernel says why': true, ...INODES, ...NEVER_DAX },
      because: 'ext4 refuses',
    },
    {
      where: { cases: ['erofs'] },
      sees: {
        'mount with dax=always': 'ok',
        'the kernel says why': true,
        'a file under dax=always is DAX': false,
        ...NEVER_DAX,
      },
      because: 'erofs turns DAX off, and has no flag for an inode',
    },
    {
      sees: {
        'mount with dax=always': 'ok',
        'the kernel says why': true,
        'a file under dax=always is DAX': false,
        ...INODES,
        ...NEVER_DAX,
      },
      because: 'XFS turns DAX off',
    },
  ],
  quick: ['ext4', 'xfs'],
  seconds: 4,
  mutations: [{ by: 'no-fault', what: 'dax=always is left out' }],
  observe: async (context) => observeScript(context, SCRIPT, { env: { SAYS: SAYS[context.caseName] ?? '' } }),
};
