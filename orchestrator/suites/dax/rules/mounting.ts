import type { Rule } from '../../shared/rules/rule.ts';
import { observeScript } from '../observe-script.ts';

const SCRIPT = String.raw`
m=$top/m
on() { mount_on "$CASE" "$DEVICE" "$1" $m || die "mount -o $1 failed"; }
if [ "$CASE" = erofs ]; then
	need mkfs.erofs erofs-utils
	modprobe -q erofs
	grep -qw erofs /proc/filesystems || skip 'the kernel has no erofs (CONFIG_EROFS_FS)'
	mkdir -p /run/pmemrig-erofs
	dd if=/dev/urandom of=/run/pmemrig-erofs/file bs=64k count=1 status=none
	must mkfs.erofs "$DEVICE" /run/pmemrig-erofs
	MOUNT_FLAGS=-r
	on dax=always
	saw 'a file under dax=always is DAX' "$(is_dax $m/file)"
	cmp -s $m/file /run/pmemrig-erofs/file && saw 'its data is right' yes || saw 'its data is right' no
	umount $m
	on dax=never
	saw 'a file under dax=never is DAX' "$(is_dax $m/file)"
	exit
fi
mkfs_on "$CASE" "$DEVICE" || die "mkfs.$CASE failed"
if [ "$CASE" = ext2 ]; then
	mark
	on rw
	umount $m
	[ "$(hears 'ext2 file system using the ext4 subsystem')" = yes ] ||
		skip 'this kernel mounts ext2 by a driver of its own, whose options are others'
	saw 'mount with dax=inode' "$(try mount_on ext2 "$DEVICE" dax=inode $m)"
	always=dax
	sabotaged never-dax && always=rw
else
	always=dax=always
fi
on $always
echo data > $m/file
saw 'a file under dax=always is DAX' "$(is_dax $m/file)"
umount $m
if [ "$CASE" = ext2 ]; then
	on rw
	saw 'a file without an option is DAX' "$(is_dax $m/file)"
	exit
fi
on dax=inode
mkdir $m/dir
echo data > $m/plain
must xfs_io -c 'chattr +x' $m/dir
echo data > $m/dir/file
mkdir $m/dir/sub
echo data > $m/dir/sub/file
saw 'under dax=inode a file without the flag is DAX' "$(is_dax $m/plain)"
saw 'a file made in a flagged directory is DAX' "$(is_dax $m/dir/file)"
saw 'one in a directory made there is DAX' "$(is_dax $m/dir/sub/file)"
now=$(xfs_io -c 'chattr +x' -c 'statx -r' $m/plain | sed -n 's/^stat.attributes = //p')
saw 'a file is DAX as soon as it is flagged, while it is open' "$([ $((now & 0x200000)) != 0 ] && echo yes || echo no)"
umount $m
on dax=inode
saw 'a flagged file is DAX when it was evicted' "$(is_dax $m/plain)"
must xfs_io -c 'chattr -x' $m/plain
umount $m
on dax=inode
saw 'a file whose flag was taken away is DAX' "$(is_dax $m/plain)"
umount $m
on dax=never
saw 'a flagged file under dax=never is DAX' "$(is_dax $m/dir/file)"
umount $m
on rw
saw 'a flagged file without an option is DAX' "$(is_dax $m/dir/file)"
`;

const INODES = {
  'a file under dax=always is DAX': true,
  'under dax=inode a file without the flag is DAX': false,
  'a file made in a flagged directory is DAX': true,
  'one in a directory made there is DAX': true,
  'a file is DAX as soon as it is flagged, while it is open': false,
  'a flagged file is DAX when it was evicted': true,
  'a file whose flag was taken away is DAX': false,
  'a flagged file under dax=never is DAX': false,
  'a flagged file without an option is DAX': true,
};

/** The mount option, the flag of an inode, and what statx(2) says. */
export const MOUNTING: Rule = {
  id: 'mounting',
  title: 'The mount option and the flag of an inode decide whether a file is DAX, and statx(2) says so',
  rule:
    'dax=always puts every regular file in DAX state, dax=never none, and dax=inode, which is also the default, ' +
    'those that have the flag FS_XFLAG_DAX. A file and a directory inherit the flag from the directory they are made ' +
    'in. For a file that is open the flag takes effect when its inode is loaded anew. STATX_ATTR_DAX tells the ' +
    'state, not the flag. erofs knows always and never.',
  source: 'Documentation/filesystems/dax.rst; ext4_should_enable_dax(), xfs_inode_should_enable_dax()',
  look: 'ext4_set_inode_flags() and xfs_setup_iops(), and fs_dax_get_by_bdev() where no file is DAX',
  devices: ['nvdimm', 'virtio-pmem', 'e820'],
  cases: ['ext4', 'xfs', 'ext2', 'erofs'],
  needs: [],
  rows: [
    {
      where: { cases: ['erofs'] },
      sees: {
        'a file under dax=always is DAX': true,
        'its data is right': true,
        'a file under dax=never is DAX': false,
      },
      because: 'erofs has no flag for an inode',
    },
    {
      where: { cases: ['ext2'] },
      sees: {
        'mount with dax=inode': 'EINVAL',
        'a file under dax=always is DAX': true,
        'a file without an option is DAX': false,
      },
      because: 'the driver of ext4 mounts it, and takes the option dax alone for an ext2 (MOPT_EXT4_ONLY)',
    },
    { sees: INODES, because: 'the option and the flag decide' },
  ],
  quick: ['ext4', 'xfs'],
  seconds: 5,
  mutations: [{ by: 'never-dax', what: 'the file system is mounted with dax=never' }],
  observe: async (context) => observeScript(context, SCRIPT),
};
