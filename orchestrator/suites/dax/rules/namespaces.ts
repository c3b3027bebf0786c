import type { Rule } from '../../shared/rules/rule.ts';
import { BTT_SLEEPS } from '../btt-sleeps.ts';
import { observeScript } from '../observe-script.ts';

const SCRIPT = String.raw`
region_bytes=$(cat "/sys/bus/nd/devices/$REGION/size")
[ "$CASE:$KIND" != sector:virtio-pmem ] || skip "$BTT_SLEEPS"
case $CASE in
fsdax-mem) remake fsdax -M mem ;;
fsdax-dev) remake fsdax -M dev ;;
*) remake "$CASE" ;;
esac
name=$(basename "$node")
if [ -b "$node" ]; then
	saw node 'block device'
	saw queue/dax "$(cat "/sys/class/block/$name/queue/dax" 2> /dev/null || echo 0)"
	bytes=$(blockdev --getsize64 "$node")
	block=$(blockdev --getss "$node")
	last=$(((bytes - 4096) / block * block))
	saw 'it ends at a page' "$([ $((bytes % 4096)) = 0 ] && echo yes || echo no)"
	# By direct I/O: what is read comes from the device.
	reach() { # PAGE LETTER
		head -c 4096 /dev/zero | tr '\0' "$2" > /run/pmemrig-page
		dd if=/run/pmemrig-page of="$node" bs=4096 count=1 seek="$1" oflag=direct conv=nocreat status=none || return 1
		dd if="$node" bs=4096 count=1 skip="$1" iflag=direct status=none | cmp -s - /run/pmemrig-page
	}
	pages=$((bytes / 4096))
	reach 0 a && saw 'first page' reachable || saw 'first page' lost
	reach $((pages - 1)) z && saw 'last page' reachable || saw 'last page' lost
	saw 'beyond the end' "$(try dd if="$node" of=/dev/null bs=4096 count=1 skip="$((bytes / 4096))" iflag=direct | sed 's/ok/nothing/')"
	page=$(dd if="$node" bs=4096 count=1 iflag=direct status=none | tr -d a | wc -c)
	saw 'the pages are two' "$([ "$page" = 0 ] && echo yes || echo no)"
else
	saw node 'character device'
	saw queue/dax none
	bytes=$(cat "/sys/bus/dax/devices/$name/size")
	saw 'it ends at a page' "$([ $((bytes % 4096)) = 0 ] && echo yes || echo no)"
	must "$TOOL" stamp "$node" 0 1 11
	must "$TOOL" stamp "$node" $((bytes - 4096)) 1 12
	found() { "$TOOL" stamps "$node" "$1" "$bytes" | grep -q "^stamp 0 $2 whole" && echo reachable || echo lost; }
	saw 'first page' "$(found 11 0)"
	saw 'last page' "$(found 12 $((bytes - 4096)))"
	saw 'beyond the end' "$([ "$("$TOOL" map "$node" shared "$bytes" 2097152)" = ok ] && echo mapped || echo nothing)"
	saw 'the pages are two' "$([ "$("$TOOL" stamps "$node" 11 "$bytes" | wc -l)" = 1 ] && echo yes || echo no)"
fi
saw 'per mille of the region that it takes itself' $(((region_bytes - bytes) * 1000 / region_bytes))
`;

const COMMON = {
  'it ends at a page': true,
  'first page': 'reachable',
  'last page': 'reachable',
  'beyond the end': 'nothing',
  'the pages are two': true,
} as const;
const TAKES = 'per mille of the region that it takes itself';
/** Space for struct pages of 64 bytes, 16 for each of 4 KiB, and alignment: with 1 GiB 18, with 256 MiB 24. */
const ON_MEDIA = 40;

/** What each mode of a namespace is. */
export const NAMESPACES: Rule = {
  id: 'namespaces',
  title: 'Each mode of a namespace has its node, its size and its DAX, and all of it is reachable',
  rule:
    'A raw namespace is the region itself. A sector namespace (BTT) is a block device without DAX that keeps a map ' +
    'of its blocks. fsdax is a block device with DAX whose struct pages lie in memory or on the media, and devdax a ' +
    'character device. Each takes only what its metadata needs, its first and its last page can be written and read, ' +
    'and nothing lies beyond.',
  source: 'drivers/nvdimm: nd_pmem_probe(), nd_btt_probe(), nd_pfn_probe(); pmem_attach_disk(); __nvdimm_setup_pfn()',
  look: 'nd_pfn_init() and btt_meta_init(), and `ndctl list -N`',
  devices: ['nvdimm', 'virtio-pmem', 'e820'],
  cases: ['raw', 'sector', 'fsdax-mem', 'fsdax-dev', 'devdax'],
  needs: ['guest-tool'],
  rows: [
    {
      where: { cases: ['raw'], devices: ['virtio-pmem', 'e820'] },
      sees: { node: 'block device', 'queue/dax': 1, ...COMMON, [TAKES]: 0 },
      because: 'its region has struct pages of its own (ND_REGION_PAGEMAP)',
    },
    {
      where: { cases: ['raw'] },
      sees: { node: 'block device', 'queue/dax': 0, ...COMMON, [TAKES]: 0 },
      because: 'it has no struct pages and no metadata',
    },
    {
      where: { cases: ['sector'] },
      sees: { node: 'block device', 'queue/dax': 0, ...COMMON, [TAKES]: { atMost: 10 } },
      because: 'a write goes to a free block and then to the map, so that it cannot be mapped',
    },
    {
      where: { cases: ['fsdax-mem'] },
      sees: { node: 'block device', 'queue/dax': 1, ...COMMON, [TAKES]: { atMost: 20 } },
      because: 'the struct pages lie in memory: it takes the information block and alignment',
    },
    {
      where: { cases: ['fsdax-dev'] },
      sees: { node: 'block device', 'queue/dax': 1, ...COMMON, [TAKES]: { atMost: ON_MEDIA } },
      because: 'the struct pages lie on the media, 64 bytes for each page',
    },
    {
      where: { cases: ['devdax'] },
      sees: { node: 'character device', 'queue/dax': 'none', ...COMMON, [TAKES]: { atMost: ON_MEDIA } },
      because: 'it has no block device; its struct pages lie on the media',
    },
  ],
  quick: ['fsdax-mem'],
  seconds: 6,
  mutations: [{ by: 'raw-namespace', what: 'a raw namespace is made instead' }],
  observe: async (context) => observeScript(context, SCRIPT, { env: { TOOL: await context.tool(), BTT_SLEEPS } }),
};
