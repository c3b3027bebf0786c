import type { Rule } from '../../shared/rules/rule.ts';
import { type Layout, locateInFile, readExtents } from '../locate.ts';
import { runScript } from '../observe-script.ts';

/** The part of the device that a test uses; all of it is searched. */
const AREA_BYTES = 96 * 2 ** 20;
const MIB = 2 ** 20;
const PAGES = 300;
const PAGE = 4096;

const SCRIPT = String.raw`
# The next test must not find what this one wrote.
defer "blkdiscard -z -l $AREA $DEVICE"
case $CASE in
ext4 | xfs)
	# Two file systems side by side; what is looked at is the second, and the first must stay as it is.
	defer "umount $top/a; umount $top/b; delpart $DEVICE 1; delpart $DEVICE 2"
	must addpart "$DEVICE" 1 2048 65536
	must addpart "$DEVICE" 2 73728 65536
	settle
	first=$(ls "$DEVICE"?* | head -n 1)
	second=$(ls "$DEVICE"?* | tail -n 1)
	;;
*)
	need dmsetup dmsetup
	modprobe -q dm-mod
	map_table pmemrig-offsets "$TABLE"
	second=$mapped
	if [ "$CASE" = log-writes ]; then
		modprobe -q dm-log-writes
		dmsetup targets | grep -q '^log-writes ' || skip 'the kernel has no dm-log-writes (CONFIG_DM_LOG_WRITES)'
		map_table pmemrig-log "0 65536 linear $DEVICE 98304"
		log=$mapped
		map_table pmemrig-writes "0 65536 log-writes $second $log"
		second=$mapped
	fi
	first=
	defer "umount $top/b"
	;;
esac
[ "$CASE" = xfs ] && type=xfs || type=ext4
options=
[ "$CASE" = xfs ] && options='-m reflink=0'
mkfs_on $type "$second" $options || die "mkfs.$type failed"
# An XFS beside an XFS has no DAX: that is the rule holders.
[ -z "$first" ] || { mkfs_on ext4 "$first" && mount_on ext4 "$first" dax=always $top/a; } || die 'the first does not mount'
mount_on $type "$second" dax=always $top/b || die 'the second does not mount'
file=$top/b/file
# In pieces, so that it has several extents.
must xfs_io -f -c 'pwrite -q -S 0 0 256k' -c 'pwrite -q -S 0 512k 300k' -c 'pwrite -q -S 0 256k 256k' -c 'pwrite -q -S 0 812k 388k' -c fsync "$file"
saw 'the file is DAX' "$(is_dax "$file")"
must "$TOOL" stamp "$file" 0 $PAGES $SALT
if [ -n "$first" ]; then
	must xfs_io -f -c 'pwrite -q -S 0 0 64k' -c fsync $top/a/file
	must "$TOOL" stamp $top/a/file 0 16 $((SALT + 1))
	echo 'extents of the first'
	xfs_io -r -c fiemap $top/a/file
	umount $top/a
fi
echo 'extents of the second'
xfs_io -r -c fiemap "$file"
umount $top/b
if sabotaged stray-write; then
	at=$("$TOOL" stamps "$DEVICE" $SALT $AREA | sed -n 's/^stamp 0 \([0-9]*\) .*/\1/p')
	dd if="$DEVICE" of=/run/pmemrig-page bs=4096 skip=$((at / 4096)) count=1 iflag=direct status=none
	dd if=/run/pmemrig-page of="$DEVICE" bs=4096 seek=$((AREA / 4096 - 1)) oflag=direct conv=nocreat status=none
fi
echo "stamps of the second"
"$TOOL" stamps "$DEVICE" $SALT $AREA
echo "stamps of the first"
"$TOOL" stamps "$DEVICE" $((SALT + 1)) $AREA
`;

/** 32 MiB from 16 MiB on, by legs 32 MiB apart: in sectors. */
const LEGS = [16 * 2048, 48 * 2048] as const;
const CHUNKS: Readonly<Record<string, number>> = { 'stripe-4k': 8, 'stripe-64k': 128, 'stripe-1m': 2048 };

function tableOf(caseName: string, device: string): string {
  const chunk = CHUNKS[caseName];
  if (chunk !== undefined) return `0 65536 striped 2 ${chunk} ${device} ${LEGS[0]} ${device} ${LEGS[1]}`;
  return `0 65536 linear ${device} ${LEGS[0]}`;
}

function layoutOf(caseName: string): Layout {
  const chunk = CHUNKS[caseName];
  if (chunk !== undefined) return { kind: 'stripe', chunk: chunk * 512, starts: LEGS.map((start) => start * 512) };
  const partition = caseName === 'ext4' || caseName === 'xfs';
  return { kind: 'linear', start: partition ? 73728 * 512 : LEGS[0] * 512 };
}

/** Data written through a mapping lies where the file system's map and the layers below say. */
export const OFFSETS: Rule = {
  id: 'offsets',
  title: 'What is written through a DAX mapping lands at its place of the device, and nowhere else',
  rule:
    'A store to a DAX mapping goes to the address that the file system, the partition and device mapper compute ' +
    'together: the extent of the file, plus the start of the partition or target, by the chunk of a stripe. Each ' +
    'page is looked for on the raw device after unmount, by direct I/O in the guest, and must be found once, whole, ' +
    'at exactly that place.',
  source:
    'fs_dax_get_by_bdev(): start_off; dax_iomap_pgoff(); drivers/md: linear_dax_pgoff(), stripe_dax_pgoff(), ' +
    'log_writes_dax_pgoff()',
  look: 'start_off and its users, and bdev_dax_pgoff() in older kernels',
  devices: ['nvdimm', 'virtio-pmem', 'e820'],
  cases: ['ext4', 'xfs', 'linear', 'stripe-4k', 'stripe-64k', 'stripe-1m', 'log-writes'],
  needs: ['guest-tool'],
  rows: [
    {
      where: { cases: ['ext4', 'xfs'] },
      sees: {
        'the file is DAX': true,
        'pages in their place': PAGES,
        'pages elsewhere or torn': 0,
        'pages of the other file system in their place': 16,
        'others of it': 0,
      },
      because: 'both partitions begin at a page',
    },
    {
      sees: { 'the file is DAX': true, 'pages in their place': PAGES, 'pages elsewhere or torn': 0 },
      because: 'all its targets are aligned to pages',
    },
  ],
  quick: ['ext4', 'stripe-64k'],
  seconds: 4,
  mutations: [
    { by: 'stray-write', what: 'a page is copied to another place of the device' },
    { by: 'never-dax', what: 'the file system is mounted with dax=never' },
  ],
  async observe(context) {
    const { caseName, device } = context;
    // One that no earlier run left on the device.
    const salt = 1 + Math.floor(Math.random() * 2 ** 30);
    const output = await runScript(context, SCRIPT, {
      env: {
        TOOL: await context.tool(),
        TABLE: tableOf(caseName, device.path),
        SALT: String(salt),
        AREA: String(AREA_BYTES),
        PAGES: String(PAGES),
      },
    });
    const main = countPages(output, 'second', layoutOf(caseName));
    const other = countPages(output, 'first', { kind: 'linear', start: MIB });
    return {
      saw: {
        'the file is DAX': /^saw the file is DAX = yes$/m.test(output),
        'pages in their place': main.inPlace,
        'pages elsewhere or torn': main.elsewhere,
        ...((caseName === 'ext4' || caseName === 'xfs') && {
          'pages of the other file system in their place': other.inPlace,
          'others of it': other.elsewhere,
        }),
      },
    };
  },
};

/** Counts stamped pages of the device by whether each lies, whole, where its file has it. */
function countPages(
  output: string,
  which: 'first' | 'second',
  layout: Layout,
): { readonly inPlace: number; readonly elsewhere: number } {
  const section = (name: string): string =>
    output.split(`${name} of the ${which}\n`)[1]?.split(/^\w+ of the /m)[0] ?? '';
  const extents = readExtents(section('extents'));
  const stamps = Array.from(section('stamps').matchAll(/^stamp (\d+) (\d+) (\w+)$/gm), ([, number, at, state]) => ({
    number: Number(number),
    at: Number(at),
    state,
  }));
  const inPlace = stamps.filter(
    ({ number, at, state }) => state === 'whole' && locateInFile(extents, layout, number * PAGE) === at,
  ).length;
  return { inPlace, elsewhere: stamps.length - inPlace };
}
