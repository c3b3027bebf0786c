import type { Rule } from '../../shared/rules/rule.ts';
import { observeScript } from '../observe-script.ts';

const SCRIPT = String.raw`
trace=/sys/kernel/tracing
[ -d $trace/events ] || mount -t tracefs tracefs $trace 2> /dev/null
event=$trace/events/fs_dax/dax_pmd_fault_done
[ -d $event ] || skip 'the kernel has no tracepoint dax_pmd_fault_done (CONFIG_FTRACE, CONFIG_TRANSPARENT_HUGEPAGE)'
case $CASE in
xfs) mkfs_on xfs "$DEVICE" -d su=2m,sw=1 ;;
*) mkfs_on ext4 "$DEVICE" -E stride=512,stripe_width=512 ;;
esac || die "mkfs.$CASE failed"
mount_on "$CASE" "$DEVICE" dax=always $top/m || die 'it does not mount'
[ "$CASE" != xfs ] || xfs_io -c 'extsize 2m' $top/m
must xfs_io -f -c 'falloc 0 8m' $top/m/file
must xfs_io -f -c 'pwrite -q 0 4k' -c 'truncate 64k' $top/m/small
first=$(xfs_io -r -c fiemap $top/m/file | sed -n 's/.*: \([0-9]*\)\.\..*/\1/p' | head -n 1)
saw 'its blocks begin at 2 MiB' "$([ $((first % 4096)) = 0 ] && echo yes || echo no)"
defer "echo 0 > $event/enable"
count() { # FILE LENGTH
	echo > $trace/trace
	echo 1 > $event/enable
	"$TOOL" map "$1" shared 0 "$2" > /run/pmemrig-map
	echo 0 > $event/enable
	[ "$(cat /run/pmemrig-map)" = ok ] || die 'the fault failed'
	grep -c 'dax_pmd_fault_done.* NOPAGE' $trace/trace
}
saw 'huge faults of an aligned mapping' "$(count $top/m/file 2097152)"
saw 'huge faults of a small file' "$(count $top/m/small 4096)"
`;

/** Faults by 2 MiB. */
export const HUGE_FAULTS: Rule = {
  id: 'huge-faults',
  title: 'A fault in a mapping that is aligned to 2 MiB, in the file and on the device, maps 2 MiB at once',
  rule:
    'Where a mapping, its offset in the file and its blocks on the device all begin at 2 MiB, a DAX fault puts in ' +
    'one entry of the page middle directory instead of 512 of pages. A file that is smaller gets pages. What the ' +
    'kernel did is read from its tracepoint dax_pmd_fault_done.',
  source: 'fs/dax.c: dax_iomap_pmd_fault(), dax_fault_check_fallback()',
  look: 'dax_fault_check_fallback(), and the alignment of the namespace (`ndctl list -N`)',
  devices: ['nvdimm', 'virtio-pmem', 'e820'],
  cases: ['ext4', 'xfs'],
  needs: ['guest-tool'],
  rows: [
    {
      sees: {
        'its blocks begin at 2 MiB': true,
        'huge faults of an aligned mapping': { atLeast: 1 },
        'huge faults of a small file': 0,
      },
      because: 'the data of the namespace begins at 2 MiB',
    },
  ],
  seconds: 4,
  mutations: [{ by: 'never-dax', what: 'the file system is mounted with dax=never' }],
  observe: async (context) => observeScript(context, SCRIPT, { env: { TOOL: await context.tool() } }),
};
