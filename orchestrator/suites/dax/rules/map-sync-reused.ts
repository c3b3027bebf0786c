import type { Rule } from '../../shared/rules/rule.ts';
import { MAP_SYNC_WORD } from '../map-sync-word.ts';
import { observeScript } from '../observe-script.ts';
import { PLUGGED_WORD, plugPmem } from '../plug-pmem.ts';

const SCRIPT = String.raw`
need dmsetup dmsetup
modprobe -q dm-mod
plugged
# The kernel gives a freed dax device back to whoever asks next on that CPU.
for number in 1 2 3 4 5 6 7 8; do
	echo "0 65536 linear $other 4096" | dmsetup --noudevsync create pmemrig-was$number || die 'no mapped device'
done
was=/dev/dm-$(dmsetup info -c --noheadings -o minor pmemrig-was1)
mkfs_on ext4 "$was" || die 'mkfs.ext4 failed'
saw 'a mapped device that is freed' "$(map_sync "$was")"
dmsetup --noudevsync remove_all --retry
settle
granted=0
for number in 1 2 3 4 5 6 7 8; do
	map_table pmemrig-is$number "0 65536 linear $DEVICE 4096"
	[ "$number" != 1 ] || mkfs_on ext4 "$mapped" || die 'mkfs.ext4 failed'
	case $(map_sync "$mapped") in
	ok) granted=$((granted + 1)) ;;
	EOPNOTSUPP) ;;
	*) die 'MAP_SYNC was neither granted nor refused' ;;
	esac
done
saw 'of 8 that are made then grant MAP_SYNC' $granted
`;

/** MAP_SYNC of a dax device that lies where another lay. */
export const MAP_SYNC_REUSED: Rule = {
  id: 'map-sync-reused',
  title: 'A dax device over virtio-pmem inherits no MAP_SYNC from one that was freed',
  rule:
    'Whether a dax device is synchronous is a flag of it, DAXDEV_SYNC, which is set and never cleared. A new one must ' +
    'begin without it. Here mapped devices over an NVDIMM, which are synchronous, are removed, and then as many are ' +
    'made over a virtio-pmem: each must refuse MAP_SYNC. Where one grants it, a program that trusts MAP_SYNC loses ' +
    'its data with the power of the host.',
  source:
    'drivers/dax/super.c: set_dax_synchronous(), dax_alloc_inode(); include/linux/dax.h: daxdev_mapping_supported()',
  look:
    'dax_alloc_inode(), which takes an object from dax_cache as a freed one left it: init_once() cleared it when the ' +
    'slab was made. Seen on 6.1, 6.12 and 7.3.4',
  devices: ['virtio-pmem'],
  needs: ['guest-tool'],
  rows: [
    {
      sees: { 'a mapped device that is freed': 'ok', 'of 8 that are made then grant MAP_SYNC': 0 },
      because: 'the region below each is asynchronous (ND_REGION_ASYNC)',
    },
  ],
  seconds: 10,
  spendsGuest: true,
  mutations: [{ by: 'wrong-row', what: 'the first thing that is expected is another' }],
  async observe(context) {
    const env = { TOOL: await context.tool(), OTHER_ADDRESS: await plugPmem(context, 'nvdimm') };
    return observeScript(context, `${MAP_SYNC_WORD}${PLUGGED_WORD}${SCRIPT}`, { env });
  },
};
