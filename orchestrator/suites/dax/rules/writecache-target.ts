import type { Rule } from '../../shared/rules/rule.ts';
import { observeScript } from '../observe-script.ts';

const SCRIPT = String.raw`
need dmsetup dmsetup
modprobe -q dm-mod
modprobe -q dm-writecache
dmsetup targets | grep -q '^writecache ' || skip 'the kernel has no dm-writecache (CONFIG_DM_WRITECACHE)'
# The origin at 16 MiB, the cache at 64 MiB of the same device: 32 MiB each.
defer "blkdiscard -z -o 16777216 -l 83886080 $DEVICE"
blkdiscard -z -o 16777216 -l 83886080 "$DEVICE"
map_table pmemrig-origin "0 65536 linear $DEVICE 32768"
origin=$mapped
map_table pmemrig-cache "0 65536 linear $DEVICE 131072"
cache=$mapped
mark
if ! echo "0 65536 writecache p $origin $cache 4096 0" | dmsetup --noudevsync create pmemrig-top; then
	saw 'a cache of memory' refused
	saw 'the kernel says why' "$(hears 'Asynchronous persistent memory not supported as pmem cache')"
	exit
fi
defer 'dmsetup --noudevsync remove --retry pmemrig-top'
saw 'a cache of memory' ok
top_node=/dev/dm-$(dmsetup info -c --noheadings -o minor pmemrig-top)
for page in 0 3 100 4095 8191; do
	tr '\0' p < /dev/zero | head -c 4096 > /run/pmemrig-page
	dd if=/run/pmemrig-page of=$top_node bs=4096 seek=$page count=1 oflag=direct conv=nocreat,fsync status=none || die 'a write failed'
done
pages_of() { # DEVICE
	found=0
	for page in 0 3 100 4095 8191; do
		dd if="$1" bs=4096 skip=$page count=1 iflag=direct status=none | cmp -s - /run/pmemrig-page && found=$((found + 1))
	done
	echo $found
}
saw 'pages that the cached device reads back' "$(pages_of $top_node)"
saw 'pages of the origin before they are written back' "$(pages_of "$origin")"
sabotaged no-fault || must dmsetup message pmemrig-top 0 flush
must dmsetup --noudevsync suspend pmemrig-top
must dmsetup --noudevsync resume pmemrig-top
saw 'pages of the origin then' "$(pages_of "$origin")"
bytes=$(dd if="$DEVICE" bs=1M skip=16 count=32 iflag=direct status=none | tr -d '\0' | wc -c)
saw 'bytes of the origin that are not zero' "$bytes"
`;

/** pmem as the cache of dm-writecache. */
export const WRITECACHE_TARGET: Rule = {
  id: 'writecache-target',
  title: 'dm-writecache takes synchronous pmem as its cache, and writes each block back to its place',
  rule:
    'In mode p, dm-writecache maps its cache as memory and commits by CPU flushes. That is right only for a ' +
    'synchronous device: virtio-pmem is refused in words. On others, blocks that were written are read back from the ' +
    'cache, and after a flush each lies at its place of the origin and nowhere else.',
  source: 'drivers/md/dm-writecache.c: writecache_ctr(), dax_synchronous(); writecache_flush(), writecache_writeback()',
  look: 'writecache_ctr(): "Asynchronous persistent memory not supported as pmem cache"',
  devices: ['nvdimm', 'virtio-pmem', 'e820'],
  needs: [],
  rows: [
    {
      where: { devices: ['virtio-pmem'] },
      sees: { 'a cache of memory': 'refused', 'the kernel says why': true },
      because: 'a CPU flush does not reach the host',
    },
    {
      sees: {
        'a cache of memory': 'ok',
        'pages that the cached device reads back': 5,
        'pages of the origin before they are written back': 0,
        'pages of the origin then': 5,
        'bytes of the origin that are not zero': 20480,
      },
      because: 'the cache holds five pages until a message has it write them back',
    },
  ],
  seconds: 4,
  mutations: [
    { by: 'no-fault', what: 'the cache gets no message to write its blocks back' },
    { by: 'wrong-row', what: 'another word is expected of the cache' },
  ],
  observe: async (context) => observeScript(context, SCRIPT),
};
