import { traitsOf } from '../../../model/device-kinds.ts';
import type { Rule } from '../../shared/rules/rule.ts';
import { MAP_SYNC_WORD } from '../map-sync-word.ts';
import { observeScript } from '../observe-script.ts';
import { PLUGGED_WORD, plugPmem } from '../plug-pmem.ts';

const SCRIPT = String.raw`
need dmsetup dmsetup
modprobe -q dm-mod
plugged
mkfs_on ext4 "$other" || die 'mkfs.ext4 failed'
saw 'the other device alone' "$(map_sync "$other")"
map_table pmemrig-sync "0 65536 linear $DEVICE 4096
65536 65536 linear $other 4096"
mkfs_on ext4 "$mapped" || die 'mkfs.ext4 failed'
saw 'mmap with MAP_SYNC' "$(map_sync "$mapped")"
`;

/** MAP_SYNC through device mapper over two kinds of device. */
export const MAP_SYNC_MIXED: Rule = {
  id: 'map-sync-mixed',
  title: 'Device mapper over an NVDIMM and a virtio-pmem refuses MAP_SYNC',
  rule:
    'A mapped device is synchronous only if all devices below it are. A file system on dm-linear over a device that ' +
    'grants MAP_SYNC and one that refuses it must refuse it.',
  source: 'drivers/md/dm-table.c: dm_table_supports_dax() with device_not_dax_synchronous_capable()',
  look: 'dm_table_set_restrictions(), which calls set_dax_synchronous()',
  devices: ['nvdimm', 'virtio-pmem', 'e820'],
  needs: ['guest-tool'],
  rows: [
    {
      where: { devices: ['virtio-pmem'] },
      sees: { 'the other device alone': 'ok', 'mmap with MAP_SYNC': 'EOPNOTSUPP' },
      because: 'one leg, the first, is asynchronous',
    },
    {
      sees: {
        'the other device alone': { oneOf: ['EOPNOTSUPP', 'ok'] },
        'mmap with MAP_SYNC': { oneOf: ['EOPNOTSUPP', 'ok'] },
      },
      because:
        'the guest has freed dax devices that were synchronous when it made its namespaces, and the virtio-pmem may ' +
        'have inherited that from one of them: see dax/map-sync-reused (seen on 6.1 and 6.12)',
    },
  ],
  seconds: 6,
  // What it plugs in cannot be taken out again, and a freed dax device of an NVDIMM stays synchronous.
  spendsGuest: true,
  mutations: [{ by: 'never-dax', what: 'the file systems are mounted with dax=never' }],
  async observe(context) {
    const kind = traitsOf(context.device).flushesByHost ? 'nvdimm' : 'virtio-pmem';
    const env = { TOOL: await context.tool(), OTHER_ADDRESS: await plugPmem(context, kind) };
    return observeScript(context, `${MAP_SYNC_WORD}${PLUGGED_WORD}${SCRIPT}`, { env });
  },
};
