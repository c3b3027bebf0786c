import type { Rule } from '../../shared/rules/rule.ts';
import { MAKE_MEMORY } from '../make-memory.ts';
import { observeScript } from '../observe-script.ts';

const SCRIPT = String.raw`
${MAKE_MEMORY}
need_kmem
remake_devdax
firmware() { cat /sys/firmware/memmap/*/start /sys/firmware/memmap/*/end 2> /dev/null | md5sum; }
before=$(memory) mapped=$(firmware)
defer "daxctl reconfigure-device -f -m devdax $name"
if sabotaged no-fault; then
	saw 'it becomes memory' ok
else
	saw 'it becomes memory' "$(make_memory "$name")"
fi
settle
saw 'memory grew by at least 128 MiB' "$([ $(($(memory) - before)) -ge 131072 ] && echo yes || echo no)"
saw 'lines of /proc/iomem that call it System RAM (kmem)' "$(grep -c 'System RAM (kmem)' /proc/iomem)"
inside=$(sed -n "/ : $name\$/,/^[^ ]/p" /proc/iomem | grep -c 'System RAM (kmem)')
saw 'they lie below its device' "$([ "$inside" -gt 0 ] && echo yes || echo no)"
saw 'the memory map of the firmware changed' "$([ "$(firmware)" = "$mapped" ] && echo no || echo yes)"
saw 'it is taken back' "$(try daxctl reconfigure-device -f -m devdax "$name")"
saw 'memory is as before' "$([ "$(memory)" = "$before" ] && echo yes || echo no)"
saw 'then it can be mapped' "$("$TOOL" map "$node" shared 0 2097152)"
`;

/** A device-DAX node as memory. */
export const KMEM: Rule = {
  id: 'kmem',
  title: 'A device-DAX node becomes system memory that its driver manages, and is taken back',
  rule:
    '`daxctl reconfigure-device -m system-ram` hands a device-DAX node to the kmem driver, which adds it as memory. ' +
    'The memory belongs to the driver: /proc/iomem calls it "System RAM (kmem)" below the device, and ' +
    '/sys/firmware/memmap does not list it, so that a kernel started by kexec does not take it for memory of its ' +
    'own. It can be put off-line, removed and mapped again.',
  source:
    'drivers/dax/kmem.c: dev_dax_kmem_probe(), add_memory_driver_managed() with MHP_NID_IS_MGID; ' +
    'MHP_NO_FIRMWARE_MEMMAP',
  look: 'add_memory_driver_managed() in mm/memory_hotplug.c',
  devices: ['nvdimm', 'virtio-pmem', 'e820'],
  needs: ['guest-tool'],
  rows: [
    {
      sees: {
        'it becomes memory': 'ok',
        'memory grew by at least 128 MiB': true,
        'lines of /proc/iomem that call it System RAM (kmem)': { atLeast: 1 },
        'they lie below its device': true,
        'the memory map of the firmware changed': false,
        'it is taken back': 'ok',
        'memory is as before': true,
        'then it can be mapped': 'ok',
      },
      because: 'the memory is managed by its driver',
    },
  ],
  seconds: 12,
  timeoutMs: 90_000,
  mutations: [{ by: 'no-fault', what: 'the node stays device-DAX' }],
  observe: async (context) =>
    observeScript(context, SCRIPT, { env: { TOOL: await context.tool() }, timeoutMs: 80_000 }),
};
