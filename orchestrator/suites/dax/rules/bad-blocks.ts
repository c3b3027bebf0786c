import type { Rule } from '../../shared/rules/rule.ts';
import { observeScript } from '../observe-script.ts';

const SCRIPT = String.raw`
m=$top/m
name=$(basename "$DEVICE")
list=/sys/class/block/$name/badblocks
[ -w $list ] || skip 'the device has no list of bad blocks that can be written'
mkfs_on "$CASE" "$DEVICE" || die "mkfs.$CASE failed"
mount_on "$CASE" "$DEVICE" dax=always $m || die 'it does not mount'
must xfs_io -f -c 'pwrite -q -S 0x61 0 64k' -c fsync $m/file
umount $m
mount_on "$CASE" "$DEVICE" dax=always $m || die 'it does not mount again'
sector=$(xfs_io -r -c fiemap $m/file | sed -n 's/.*: \([0-9]*\)\.\..*/\1/p' | head -n 1)
bad=$((sector + 16))
# A namespace that begins anew takes its list from the region.
defer "umount $m; ndctl disable-namespace $NAMESPACE; ndctl enable-namespace $NAMESPACE; udevadm settle"
sabotaged no-fault || echo "$bad 8" > $list || die 'badblocks took no entry'
listed() { grep -q "^$bad 8" $list && echo yes || echo no; }
get() { try dd if="$1" of=/dev/null bs=4096 skip="$2" count=1 $3; }
saw 'badblocks has it' "$(listed)"
saw 'a load from it' "$("$TOOL" map $m/file read 8192 4096)"
saw 'a load beside it' "$("$TOOL" map $m/file read 4096 4096)"
saw 'read(2) of it' "$(get $m/file 2)"
saw 'read(2) beside it' "$(get $m/file 3)"
saw 'read(2) of the device' "$(get "$DEVICE" $((bad / 8)) iflag=direct)"
put() { try xfs_io -c "pwrite -q -S 0x62 8192 $1" $m/file; }
saw 'write(2) of a byte' "$(put 1)"
saw 'write(2) of the page' "$(put 4096)"
saw 'badblocks still has it' "$(listed)"
saw 'a load then' "$("$TOOL" map $m/file read 8192 4096)"
`;

const BEFORE = {
  'badblocks has it': true,
  'a load beside it': 'ok',
  'read(2) of it': 'EIO',
  'read(2) beside it': 'ok',
  'read(2) of the device': 'EIO',
  'write(2) of a byte': 'EFAULT',
} as const;
const CLEARED = { 'write(2) of the page': 'ok', 'badblocks still has it': false, 'a load then': 'ok' } as const;
const OLD = '<6.6';
/** Seen on 6.1 and, otherwise, on 6.12; the patch is of June 2023, and no kernel between was tried. */
const OLD_BECAUSE =
  'before "dax: enable dax fault handler to report VM_FAULT_HWPOISON" the signal does not say that memory failed';

/** A bad block under a DAX file. */
export const BAD_BLOCKS: Rule = {
  id: 'bad-blocks',
  title: 'A bad block is an error for a load, a read and a partial write, and a whole page written over it clears it',
  rule:
    'The driver knows bad blocks of its media by a list, /sys/block/pmem0/badblocks, to which the test adds one ' +
    'page. A load from it is SIGBUS, read(2) is EIO through the file and through the device, and its neighbours are ' +
    'not touched. A write of a whole page has the platform clear the poison. virtio-pmem and e820 have nobody to ' +
    'ask, and the driver takes the page for cleared; the emulated NVDIMM cannot clear, so the write fails and the ' +
    'block stays bad.',
  source: 'drivers/nvdimm/pmem.c: __pmem_direct_access(), pmem_recovery_write(); nvdimm_clear_poison()',
  look: 'is_bad_pmem() and its callers; for the signal dax_fault_return() in fs/dax.c',
  devices: ['nvdimm', 'virtio-pmem', 'e820'],
  kernels: '>=6.0',
  kernelsBecause: 'a write recovers a bad page since "pmem: implement pmem_recovery_write()"',
  cases: ['ext4', 'xfs'],
  needs: ['guest-tool'],
  rows: [
    {
      where: { kernels: OLD, devices: ['nvdimm'] },
      sees: {
        ...BEFORE,
        'a load from it': 'BUS_ADRERR',
        'write(2) of the page': 'EFAULT',
        'badblocks still has it': true,
        'a load then': 'BUS_ADRERR',
      },
      because: OLD_BECAUSE,
    },
    {
      where: { devices: ['nvdimm'] },
      sees: {
        ...BEFORE,
        'a load from it': 'BUS_MCEERR_AR',
        'write(2) of the page': 'EFAULT',
        'badblocks still has it': true,
        'a load then': 'BUS_MCEERR_AR',
      },
      because: "QEMU's NVDIMM has no command that clears errors (ND_CMD_ARS_CAP)",
    },
    { where: { kernels: OLD }, sees: { ...BEFORE, ...CLEARED, 'a load from it': 'BUS_ADRERR' }, because: OLD_BECAUSE },
    {
      sees: { ...BEFORE, ...CLEARED, 'a load from it': 'BUS_MCEERR_AR' },
      because: 'its bus has no commands, and nvdimm_clear_poison() takes all for handled',
    },
  ],
  seconds: 5,
  mutations: [{ by: 'no-fault', what: 'no bad block is added' }],
  forgives: [
    { title: '*hardware memory corruption fault*', reason: 'the kernel names the process that met the bad block' },
    { title: '*Buffer I/O error*', reason: 'the bad block is read' },
  ],
  observe: async (context) => observeScript(context, SCRIPT, { env: { TOOL: await context.tool() } }),
};
