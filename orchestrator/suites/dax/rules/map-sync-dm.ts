import type { Rule } from '../../shared/rules/rule.ts';
import { MAP_SYNC_WORD } from '../map-sync-word.ts';
import { observeScript } from '../observe-script.ts';

const SCRIPT = String.raw`
need dmsetup dmsetup
modprobe -q dm-mod
case $CASE in
linear) table="0 65536 linear $DEVICE 4096" ;;
stripe) table="0 131072 striped 2 8 $DEVICE 4096 $DEVICE 69632" ;;
esac
map_table pmemrig-sync "$table"
mkfs_on ext4 "$mapped" || die 'mkfs.ext4 failed'
saw 'mmap with MAP_SYNC' "$(map_sync "$mapped")"
`;

/** MAP_SYNC through device mapper. */
export const MAP_SYNC_DM: Rule = {
  id: 'map-sync-dm',
  title: 'Device mapper grants MAP_SYNC only where the device below it does',
  rule:
    'A mapped device is DAX if all its targets are, and synchronous only if all devices below it are. A file system ' +
    'on dm-linear or dm-stripe over virtio-pmem must refuse MAP_SYNC like one on virtio-pmem itself.',
  source: 'drivers/md/dm-table.c: dm_table_supports_dax() with device_not_dax_synchronous_capable()',
  look: 'dm_table_set_restrictions(), which calls set_dax_synchronous()',
  devices: ['nvdimm', 'virtio-pmem', 'e820'],
  cases: ['linear', 'stripe'],
  needs: ['guest-tool'],
  rows: [
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
  observe: async (context) =>
    observeScript(context, `${MAP_SYNC_WORD}${SCRIPT}`, { env: { TOOL: await context.tool() } }),
};
