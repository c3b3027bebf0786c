import type { Rule } from '../../shared/rules/rule.ts';
import { observeScript } from '../observe-script.ts';

const SCRIPT = String.raw`
mkfs_on xfs "$DEVICE" -m reflink=1 || die 'mkfs.xfs failed'
saw 'mount' "$(try mount_on xfs "$DEVICE" dax=always $top/m)"
must xfs_io -f -c 'pwrite -q -S 0x61 0 256k' -c fsync $top/m/file
saw 'a clone' "$(try cp --reflink=always $top/m/file $top/m/clone)"
saw 'the file is DAX' "$(is_dax $top/m/file)"
saw 'the clone is DAX' "$(is_dax $top/m/clone)"
must "$TOOL" stamp $top/m/clone 8192 2 77
sabotaged stray-write && xfs_io -c 'pwrite -q -S 0x78 8192 1' $top/m/file
umount $top/m
mount_on xfs "$DEVICE" dax=always $top/m || die 'it does not mount again'
saw 'bytes of the file that changed' "$(tr -d a < $top/m/file | wc -c)"
saw 'bytes of the clone that changed' "$(tr -d a < $top/m/clone | wc -c | sed 's/^8[01][0-9][0-9]$/two pages/')"
shared=$(xfs_io -r -c 'fiemap -v' $top/m/clone | grep -c 0x2)
saw 'the clone still shares blocks' "$([ "$shared" -gt 0 ] && echo yes || echo no)"
`;

/** Files that share blocks, and are DAX. */
export const REFLINK: Rule = {
  id: 'reflink',
  title: 'XFS shares blocks between DAX files, and a store to one copies the page first',
  rule:
    'Since Linux 6.0 an XFS with reflink mounts with DAX. Two files may share blocks while both are in DAX state. A ' +
    'store to one faults, and the fault copies the page to a block of its own, so that the other file keeps its ' +
    'data. Blocks that were not written stay shared.',
  source: '"xfs: add dax dedupe support", "fsdax: Introduce dax_iomap_cow_copy()"; fs/dax.c: dax_iomap_copy_around()',
  look: 'dax_fault_iter() and xfs_dax_write_iomap_ops',
  devices: ['nvdimm', 'virtio-pmem', 'e820'],
  kernels: '>=6.0',
  kernelsBecause: 'before, XFS refused to mount with both',
  needs: ['guest-tool'],
  rows: [
    {
      sees: {
        mount: 'ok',
        'a clone': 'ok',
        'the file is DAX': true,
        'the clone is DAX': true,
        'bytes of the file that changed': 0,
        'bytes of the clone that changed': 'two pages',
        'the clone still shares blocks': true,
      },
      because: 'a fault for writing copies',
    },
  ],
  seconds: 4,
  mutations: [
    { by: 'stray-write', what: 'a byte of the file is changed, too' },
    { by: 'never-dax', what: 'the file system is mounted with dax=never' },
  ],
  observe: async (context) => observeScript(context, SCRIPT, { env: { TOOL: await context.tool() } }),
};
