import type { Rule } from '../../shared/rules/rule.ts';
import { observeScript } from '../observe-script.ts';

const SCRIPT = String.raw`
name=$(basename "$DEVICE")
queue=/sys/class/block/$name/queue
saw 'queue/write_cache' "$(cat $queue/write_cache)"
saw 'queue/fua' "$(cat $queue/fua)"
saw 'dax/write_cache' "$(cat "/sys/class/block/$name/dax/write_cache" 2> /dev/null || echo none)"
need dmsetup dmsetup
modprobe -q dm-mod
map_table pmemrig-cache "0 65536 linear $DEVICE 4096"
mapped=/sys/class/block/$(basename "$mapped")/queue
saw 'queue/write_cache of a dm-linear over it' "$(cat $mapped/write_cache)"
saw 'queue/fua of it' "$(cat $mapped/fua)"
`;

const CACHED = {
  'queue/write_cache': 'write back',
  'dax/write_cache': 1,
  'queue/write_cache of a dm-linear over it': 'write back',
} as const;

/** What the block layer knows of the cache of pmem. */
export const WRITE_CACHE: Rule = {
  id: 'write-cache',
  title: 'A block device of pmem has a write cache and no FUA, and so has device mapper over it',
  rule:
    'The block layer sends flushes and FUA writes only to a queue that is said to have a write cache. For ' +
    'virtio-pmem they are what reaches the host. The driver says so for every pmem device; Without FUA of its own ' +
    'the block layer makes a write and a flush of it. Device mapper takes both over from the device below. Whether ' +
    'stores of a DAX mapping are flushed by the CPU is the attribute dax/write_cache.',
  source:
    'drivers/nvdimm/pmem.c: pmem_attach_disk(), blk_queue_write_cache() or BLK_FEAT_WRITE_CACHE; dax_write_cache()',
  look: 'nvdimm_has_flush() and nvdimm_has_cache()',
  devices: ['nvdimm', 'virtio-pmem', 'e820'],
  needs: [],
  rows: [
    {
      sees: { ...CACHED, 'queue/fua': 0, 'queue/fua of it': 0 },
      because:
        'nvdimm_has_flush() finds no flush hints, and for a region without NVDIMMs, as virtio-pmem has it, gives up ' +
        'before',
    },
  ],
  seconds: 2,
  mutations: [{ by: 'wrong-row', what: 'another word is expected of queue/write_cache' }],
  observe: async (context) => observeScript(context, SCRIPT),
};
