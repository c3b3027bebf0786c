import type { Rule } from '../../shared/rules/rule.ts';
import { observeScript, runScript } from '../observe-script.ts';
import { plugOrSkip, showAddress } from '../plug-or-skip.ts';
import { READ_DEV_MEM } from '../read-dev-mem.ts';

const SIZE_BYTES = 128 * 2 ** 20;
const DRIVER = '/sys/bus/virtio/drivers/virtio_mem';

const PREPARE = String.raw`
${READ_DEV_MEM}
modprobe -q virtio_mem
[ -d ${DRIVER} ] || skip 'the kernel has no virtio-mem (CONFIG_VIRTIO_MEM)'
`;

const SCRIPT = String.raw`
${READ_DEV_MEM}
owner() { sed -n "s/^0*$(echo "$1" | cut -c 3-)-[0-9a-f]* : //p" /proc/iomem; }
wait_for() { # ADDRESS, whose range comes a moment later
	for tenth in $(seq 150); do
		[ -z "$(owner "$1")" ] || return
		sleep 0.1
	done
	die "there is nothing at $1"
}
wait_for "$ADDRESS"
# /dev/mem reaches as far as memory does (high_memory), so there is some above.
wait_for "$ABOVE"
name=$(owner "$ADDRESS")
defer "[ -e ${DRIVER}/$name ] || echo $name > ${DRIVER}/bind"
sabotaged no-fault && echo "$name" > ${DRIVER}/unbind
saw 'a read of the part that is not plugged' "$(get "$ADDRESS")"
saw 'a mapping of it' "$("$TOOL" map /dev/mem read $((ADDRESS)) 4096)"
[ ! -e ${DRIVER}/"$name" ] || echo "$name" > ${DRIVER}/unbind
saw 'a read when no driver has it' "$(get "$ADDRESS")"
`;

/** Reads of virtio-mem through /dev/mem. */
export const DEV_MEM_VIRTIO_MEM: Rule = {
  id: 'dev-mem-virtio-mem',
  title: '/dev/mem gives out nothing of a virtio-mem device, also where no memory is plugged',
  rule:
    'A virtio-mem device is a range of which the host plugs and unplugs parts while the guest runs. User space must ' +
    'not touch the parts that are not plugged. So the driver claims the whole range as exclusive system RAM, and ' +
    '/dev/mem refuses reads and mappings of all of it with EPERM, whether or not memory is plugged there.',
  source:
    '"virtio-mem: disallow mapping virtio-mem memory via /dev/mem"; kernel/resource.c: resource_is_exclusive(), ' +
    'IORESOURCE_EXCLUSIVE with IORESOURCE_SYSTEM_RAM',
  look: 'virtio_mem_create_resource() in drivers/virtio/virtio_mem.c, and CONFIG_EXCLUSIVE_SYSTEM_RAM',
  devices: ['nvdimm', 'virtio-pmem', 'e820'],
  kernels: '>=5.16',
  kernelsBecause: 'before, the driver claimed only what was plugged',
  needs: ['guest-tool'],
  rows: [
    {
      sees: {
        'a read of the part that is not plugged': 'EPERM',
        'a mapping of it': 'EPERM',
        'a read when no driver has it': 'ok',
      },
      because: 'the driver has all of its range',
    },
  ],
  seconds: 6,
  mutations: [{ by: 'no-fault', what: 'the driver is unbound before the range is read' }],
  async observe(context) {
    await runScript(context, PREPARE);
    const unplugged = await plugOrSkip(context, { kind: 'virtio-mem', sizeBytes: SIZE_BYTES });
    // Beside busy memory a driver that is unbound keeps its range: it looks for memory a byte too far (6.1 to 7.3).
    await plugOrSkip(context, { kind: 'virtio-mem', sizeBytes: SIZE_BYTES });
    const above = await plugOrSkip(context, { kind: 'memory', sizeBytes: SIZE_BYTES });
    return observeScript(context, SCRIPT, {
      env: { TOOL: await context.tool(), ADDRESS: showAddress(unplugged), ABOVE: showAddress(above) },
    });
  },
};
