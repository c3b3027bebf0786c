import type { Rule } from '../../shared/rules/rule.ts';
import { observeScript } from '../observe-script.ts';
import { READ_DEV_MEM } from '../read-dev-mem.ts';

const SCRIPT = String.raw`
${READ_DEV_MEM}
# Of a kernel that does not show its configuration a read that works is a failure, which names the option.
if [ -r /proc/config.gz ] && ! zcat /proc/config.gz | grep -qx CONFIG_IO_STRICT_DEVMEM=y; then
	skip 'the kernel guards no range of a driver (CONFIG_IO_STRICT_DEVMEM)'
fi
start=$(cat "/sys/bus/nd/devices/$REGION/resource")
defer "ndctl enable-namespace $NAMESPACE; udevadm settle"
in_use=$(sabotaged no-fault && get 0xf0000 || get "$start")
# Only memory that was added above it, as the rule kmem does, lets /dev/mem reach it.
[ "$in_use" != EFAULT ] || skip 'the pmem lies above what /dev/mem reaches (high_memory)'
saw 'a read of pmem in use' "$in_use"
must ndctl disable-namespace "$NAMESPACE"
saw 'a read when no driver has it' "$(get "$start")"
`;

/** Reads of pmem through /dev/mem. */
export const DEV_MEM: Rule = {
  id: 'dev-mem',
  title: '/dev/mem does not read pmem that a driver uses',
  rule:
    'With STRICT_DEVMEM and IO_STRICT_DEVMEM, /dev/mem refuses a range that a driver has claimed. Persistent memory ' +
    'of a bound namespace is such a range: a read of its first page fails with EPERM, and works when the namespace ' +
    'is disabled.',
  source: 'kernel/resource.c: iomem_is_exclusive(); drivers/char/mem.c: read_mem(), valid_phys_addr_range()',
  look: 'iomem_is_exclusive(), and IO_STRICT_DEVMEM in the configuration of the kernel',
  devices: ['nvdimm', 'virtio-pmem', 'e820'],
  needs: [],
  rows: [
    {
      sees: { 'a read of pmem in use': 'EPERM', 'a read when no driver has it': 'ok' },
      because: 'the driver has the range (request_mem_region())',
    },
  ],
  seconds: 3,
  mutations: [{ by: 'no-fault', what: 'a page of the BIOS is read instead' }],
  observe: async (context) => observeScript(context, SCRIPT),
};
