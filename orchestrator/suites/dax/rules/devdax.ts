import type { Rule } from '../../shared/rules/rule.ts';
import { observeScript } from '../observe-script.ts';

const SCRIPT = String.raw`
remake devdax -a 2M
map() { "$TOOL" map "$node" "$@"; }
saw 'the node' "$([ -c "$node" ] && echo 'a character device' || echo 'no character device')"
saw 'mmap of an aligned range' "$(map shared 2097152 2097152)"
saw 'mmap at 4 KiB' "$(map shared 4096 2097152)"
saw 'mmap of 4 KiB' "$(map shared 0 4096)"
saw 'a private mmap' "$(map private 0 2097152)"
bytes=$(cat /sys/bus/dax/devices/$(basename "$node")/size)
saw 'mmap past the end' "$(map shared "$bytes" 2097152)"
saw 'read(2)' "$(try dd if="$node" of=/dev/null bs=4k count=1)"
saw 'write(2)' "$(try dd if=/dev/zero of="$node" bs=4k count=1 conv=nocreat)"
`;

/** What a device-DAX node lets user space do. */
export const DEVDAX: Rule = {
  id: 'devdax',
  title: 'A device-DAX node can be mapped at its alignment, and neither read nor written by calls',
  rule:
    'The node of a devdax namespace has one use: a shared mapping whose address and length are multiples of the ' +
    'alignment of the namespace. All else is refused with EINVAL by mmap(2); a fault beyond the end of the device is ' +
    'SIGBUS. It has no read(2) and no write(2).',
  source: 'drivers/dax/device.c: __check_vma(), dax_mmap(), dax_fops',
  look: '__check_vma() in drivers/dax/device.c',
  devices: ['nvdimm', 'virtio-pmem', 'e820'],
  needs: ['guest-tool'],
  rows: [
    {
      sees: {
        'the node': 'a character device',
        'mmap of an aligned range': 'ok',
        'mmap at 4 KiB': 'EINVAL',
        'mmap of 4 KiB': 'EINVAL',
        'a private mmap': 'EINVAL',
        'mmap past the end': 'BUS_ADRERR',
        'read(2)': 'EINVAL',
        'write(2)': 'EINVAL',
      },
      because: 'its alignment is 2 MiB',
    },
  ],
  seconds: 6,
  mutations: [{ by: 'raw-namespace', what: 'the node is the block device of a raw namespace' }],
  forgives: [{ title: '*dax_mmap*: fail*', reason: 'the kernel names each mapping that it refuses' }],
  observe: async (context) => observeScript(context, SCRIPT, { env: { TOOL: await context.tool() } }),
};
