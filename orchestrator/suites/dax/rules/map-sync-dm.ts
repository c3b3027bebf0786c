import { traitsOf } from '../../../model/device-kinds.ts';
import type { Rule } from '../../shared/rules/rule.ts';
import { observeScript } from '../observe-script.ts';
import { plugPmem } from '../plug-pmem.ts';

const SCRIPT = String.raw`
need dmsetup dmsetup
modprobe -q dm-mod
other=$DEVICE
half=65536
if [ "$CASE" = mixed ]; then
	node_at "$OTHER_ADDRESS"
	other=$found
	echo "the other device is $other of $region: $(readlink -f "/sys/bus/nd/devices/$region")"
	defer "ndctl disable-region $region"
	# An NVDIMM without labels comes up raw, without struct pages and DAX.
	if [ "$KIND" = virtio-pmem ]; then
		must ndctl create-namespace -f -e "namespace$(echo "$region" | tr -dc 0-9).0" -m fsdax -M mem
		settle
	fi
	half=0
	saw 'the other device alone' "$(mkfs_on ext4 "$other" && map_sync "$other")"
fi
case $CASE in
linear) table="0 65536 linear $DEVICE 4096" ;;
stripe) table="0 131072 striped 2 8 $DEVICE 4096 $other $((4096 + half))" ;;
mixed) table="0 65536 linear $DEVICE 4096
65536 65536 linear $other 4096" ;;
esac
map_table pmemrig-sync "$table"
defer "umount $top/m"
mkfs_on ext4 "$mapped" || die 'mkfs.ext4 failed'
saw 'mmap with MAP_SYNC' "$(map_sync "$mapped")"
`;

const WORDS = String.raw`
# Maps a file of a file system on a device: ok, an errno, or that it is not DAX.
map_sync() {
	mount_on ext4 "$1" dax=always $top/m || die "$1 does not mount with dax=always"
	truncate -s 65536 $top/m/file
	[ "$(is_dax $top/m/file)" = yes ] && "$TOOL" map $top/m/file sync 0 65536 || echo 'not DAX'
	umount $top/m
}
`;

/** MAP_SYNC through device mapper. */
export const MAP_SYNC_DM: Rule = {
  id: 'map-sync-dm',
  title: 'Device mapper grants MAP_SYNC only where all devices below it do',
  rule:
    'A mapped device is DAX if all its targets are, and synchronous only if all devices below it are. A file system ' +
    'on dm-linear or dm-stripe over virtio-pmem must refuse MAP_SYNC like one on virtio-pmem itself, also where only ' +
    'one of two legs is.',
  source: 'drivers/md/dm-table.c: dm_table_supports_dax() with device_not_dax_synchronous_capable()',
  look: 'dm_table_set_restrictions(), which calls set_dax_synchronous()',
  devices: ['nvdimm', 'virtio-pmem', 'e820'],
  // The mixed one before a dax device of the guest is freed: see its row.
  cases: ['mixed', 'linear', 'stripe'],
  needs: ['guest-tool'],
  rows: [
    {
      where: { cases: ['mixed'], devices: ['virtio-pmem'] },
      sees: { 'the other device alone': 'ok', 'mmap with MAP_SYNC': 'EOPNOTSUPP' },
      because: 'one leg, the first, is asynchronous',
    },
    {
      where: { cases: ['mixed'] },
      sees: {
        'the other device alone': { oneOf: ['EOPNOTSUPP', 'ok'] },
        'mmap with MAP_SYNC': { oneOf: ['EOPNOTSUPP', 'ok'] },
      },
      because:
        'the kernel never clears DAXDEV_SYNC, so a virtio-pmem that is plugged in later grants MAP_SYNC by mistake ' +
        'when its dax device lies where a freed one of this device lay (seen on 6.1 and 6.12; drivers/dax/super.c of ' +
        '7.3 is the same)',
    },
    {
      where: { devices: ['virtio-pmem'] },
      sees: { 'mmap with MAP_SYNC': 'EOPNOTSUPP' },
      because: 'the region is asynchronous (ND_REGION_ASYNC)',
    },
    { sees: { 'mmap with MAP_SYNC': 'ok' }, because: 'all that lies below needs no flush by its host' },
  ],
  quick: ['linear'],
  seconds: 4,
  mutations: [{ by: 'never-dax', what: 'the file system is mounted with dax=never' }],
  async observe(context) {
    const env: Record<string, string> = { TOOL: await context.tool() };
    if (context.caseName === 'mixed') {
      const kind = traitsOf(context.device).flushesByHost ? 'nvdimm' : 'virtio-pmem';
      env['OTHER_ADDRESS'] = await plugPmem(context, kind);
    }
    return observeScript(context, `${WORDS}${SCRIPT}`, { env });
  },
};
