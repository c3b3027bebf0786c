import type { Rule } from '../../shared/rules/rule.ts';
import { observeScript } from '../observe-script.ts';

const SCRIPT = String.raw`
defer "umount $top/a; umount $top/b; delpart $DEVICE 1; delpart $DEVICE 2"
must addpart "$DEVICE" 1 2048 65536
must addpart "$DEVICE" 2 73728 65536
settle
first=$(ls "$DEVICE"?* | head -n 1)
second=$(ls "$DEVICE"?* | tail -n 1)
options=
[ "$CASE" = xfs ] && options='-m reflink=0'
for device in $first $second; do mkfs_on "$CASE" "$device" $options || die "mkfs.$CASE failed"; done
mark
mount_on "$CASE" "$first" dax=always $top/a || die 'the first does not mount'
mount_on "$CASE" "$second" dax=always $top/b || die 'the second does not mount'
echo data > $top/a/file
echo data > $top/b/file
saw 'a file of the first is DAX' "$(is_dax $top/a/file)"
saw 'a file of the second is DAX' "$(is_dax $top/b/file)"
saw 'the kernel says that it turned DAX off' "$(hears 'DAX unsupported by block device. Turning off DAX')"
umount $top/a
umount $top/b
mount_on "$CASE" "$second" dax=always $top/b || die 'the second does not mount alone'
saw 'a file of the second alone is DAX' "$(is_dax $top/b/file)"
`;

/** Two file systems on two partitions of one device. */
export const HOLDERS: Rule = {
  id: 'holders',
  title: 'Of two XFS on partitions of one device the second has no DAX; ext4 shares the device',
  rule:
    'A file system that wants to hear of memory failures registers as the holder of the dax device, and a dax device ' +
    'has one holder. XFS registers. The second XFS on partitions of one pmem device therefore finds no dax device, ' +
    'and mounts without DAX, as the kernel log says. ext4 does not register, so both of its file systems are DAX.',
  source:
    'drivers/dax/super.c: fs_dax_get_by_bdev(), cmpxchg() of holder_data; fs/xfs/xfs_buf.c: xfs_dax_holder_operations',
  look: 'fs_dax_get_by_bdev() and xfs_alloc_buftarg()',
  devices: ['nvdimm', 'virtio-pmem', 'e820'],
  kernels: '>=6.0',
  kernelsBecause: 'dax devices have a holder since "dax: Introduce holder for dax_device"',
  cases: ['ext4', 'xfs'],
  needs: [],
  rows: [
    {
      where: { cases: ['xfs'] },
      sees: {
        'a file of the first is DAX': true,
        'a file of the second is DAX': false,
        'the kernel says that it turned DAX off': true,
        'a file of the second alone is DAX': true,
      },
      because: 'the first XFS holds the dax device of the whole disk',
    },
    {
      sees: {
        'a file of the first is DAX': true,
        'a file of the second is DAX': true,
        'the kernel says that it turned DAX off': false,
        'a file of the second alone is DAX': true,
      },
      because: 'ext4 asks for the dax device without a holder',
    },
  ],
  seconds: 4,
  mutations: [{ by: 'never-dax', what: 'both are mounted with dax=never' }],
  observe: async (context) => observeScript(context, SCRIPT),
};
