import type { Rule } from '../../shared/rules/rule.ts';
import { observeScript } from '../observe-script.ts';

const SCRIPT = String.raw`
remake devdax
saw 'mmap with MAP_SYNC' "$($TOOL map "$node" sync 0 2097152)"
saw 'mmap without it' "$($TOOL map "$node" shared 0 2097152)"
`;

/** MAP_SYNC by a device-DAX node. */
export const MAP_SYNC_DEVDAX: Rule = {
  id: 'map-sync-devdax',
  title: 'A device-DAX node grants MAP_SYNC',
  rule:
    'A device-DAX node has no file system whose metadata a fault could leave behind: it takes MAP_SYNC on every ' +
    'device. Over virtio-pmem that promises too much, for a CPU flush does not reach the file of the host, and the ' +
    'node has no fsync(2) that would. The rule states what the kernel does. It turns red when a kernel begins to ' +
    'refuse.',
  source: 'drivers/dax/device.c: dax_fops.mmap_supported_flags = MAP_SYNC',
  look: 'dax_mmap() in drivers/dax/device.c, which does not ask dax_synchronous()',
  devices: ['nvdimm', 'virtio-pmem', 'e820'],
  needs: ['guest-tool'],
  rows: [
    {
      where: { devices: ['virtio-pmem'] },
      sees: { 'mmap with MAP_SYNC': 'ok', 'mmap without it': 'ok' },
      because: 'the kernel does not ask whether the device is synchronous; nothing is ever flushed to the host',
    },
    { sees: { 'mmap with MAP_SYNC': 'ok', 'mmap without it': 'ok' }, because: 'a CPU flush is enough for durability' },
  ],
  seconds: 6,
  mutations: [{ by: 'raw-namespace', what: 'the node is the block device of a raw namespace' }],
  observe: async (context) => observeScript(context, SCRIPT, { env: { TOOL: await context.tool() } }),
};
