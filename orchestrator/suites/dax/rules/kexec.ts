import { type Rule, type RuleContext, RuleSkip } from '../../shared/rules/rule.ts';
import { MAKE_MEMORY } from '../make-memory.ts';
import { observeScript, readSeen, runScript } from '../observe-script.ts';

const FILES = '/run/pmemrig/kexec';

/** Words on the range from $start to $end. */
const RANGE_WORDS = String.raw`
overlaps() { # START END, in hexadecimal
	[ $((0x$1)) -le $((end)) ] && [ $((0x$2)) -ge $((start)) ]
}
# How many ranges of ordinary memory lie in it, for the firmware's map and for the kernel.
in_firmware() {
	count=0
	for entry in /sys/firmware/memmap/*; do
		[ "$(cat "$entry/type")" = 'System RAM' ] || continue
		from=$(cat "$entry/start") to=$(cat "$entry/end")
		! overlaps "$(echo "$from" | cut -c 3-)" "$(echo "$to" | cut -c 3-)" || count=$((count + 1))
	done
	echo $count
}
in_bios() {
	dmesg | sed -n 's/.*BIOS-e820: \[mem 0x\([0-9a-f]*\)-0x\([0-9a-f]*\)\].*\(usable\|System RAM\).*/\1 \2/p' > /run/pmemrig-ranges
	count_ranges
}
in_iomem() {
	sed -n 's/^ *\([0-9a-f]*\)-\([0-9a-f]*\) : System RAM.*/\1 \2/p' /proc/iomem > /run/pmemrig-ranges
	count_ranges
}
need_maps() {
	[ -d /sys/firmware/memmap ] || skip 'the kernel does not show the map of the firmware (CONFIG_FIRMWARE_MEMMAP)'
	dmesg | grep -q 'BIOS-e820: .*\(usable\|System RAM\)' || die 'the kernel log does not begin with BIOS-e820'
}
count_ranges() {
	count=0
	while read -r from to; do
		! overlaps "$from" "$to" || count=$((count + 1))
	done < /run/pmemrig-ranges
	echo $count
}
`;

const PREPARE = String.raw`
${MAKE_MEMORY}${RANGE_WORDS}
# QEMU 7.2 keeps the code of a page once for each address at which it ran. The next kernel then clears the page at some
# milliseconds a byte.
echo 0 > /proc/sys/kernel/randomize_va_space
need_maps
need_kmem
remake_devdax
# The node is to outlive this script and the kernel.
undo=:
start=$(cat "/sys/bus/dax/devices/$name/resource")
end=$((start + $(cat "/sys/bus/dax/devices/$name/size") - 1))
saw start $((start))
saw end $end
saw memory "$(memory)"
saw firmware "$(in_firmware)"
saw bios "$(in_bios)"
saw 'it becomes memory' "$(make_memory "$name")"
settle
saw 'ranges of memory in it before' "$(in_iomem)"
sabotaged no-fault && more=" memmap=128M@$((start))"
saw 'the kernel is loaded' "$("$TOOL" kexec-load "$FILES/kernel" "$FILES/initramfs" "$(cat /proc/cmdline)$more")"
`;

const LOOK = String.raw`
${MAKE_MEMORY}${RANGE_WORDS}
need_maps
settle
now=$(memory)
saw 'memory differs by MiB' $(((now > memory ? now - memory : memory - now) / 1024))
saw 'ranges of memory in it after' "$(in_iomem)"
saw 'further ranges of it in /sys/firmware/memmap' $(($(in_firmware) - firmware))
saw 'further ranges of it in BIOS-e820' $(($(in_bios) - bios))
name=
for node in /sys/bus/dax/devices/*; do
	[ ! -e "$node/resource" ] || [ $(($(cat "$node/resource"))) != "$start" ] || name=$(basename "$node")
done
saw 'the node is there' "$([ -n "$name" ] && echo yes || echo no)"
[ -n "$name" ] || exit 0
need_kmem
saw 'it becomes memory again' "$(make_memory "$name")"
`;

/** A kernel that the guest starts itself, while pmem is its memory. */
export const KEXEC: Rule = {
  id: 'kexec',
  title: 'A kernel that is started by kexec takes no pmem for its memory that was memory before',
  rule:
    'A device-DAX node that was made memory belongs to its driver. The kernel gives it neither to ' +
    '/sys/firmware/memmap nor to the e820 map that kexec hands on, and puts no part of the next kernel there. The ' +
    'next kernel has as much memory as there was before, finds the node, and can make memory of it again.',
  source:
    '"mm/memory_hotplug: introduce add_memory_driver_managed()", MHP_NO_FIRMWARE_MEMMAP; kernel/kexec_file.c: ' +
    'locate_mem_hole_callback(), IORESOURCE_SYSRAM_DRIVER_MANAGED; arch/x86/kernel/kexec-bzimage64.c: ' +
    'setup_e820_entries()',
  look: 'add_memory_resource(), which must not call firmware_map_add_hotplug() for such memory',
  devices: ['nvdimm', 'virtio-pmem', 'e820'],
  needs: ['guest-tool'],
  rows: [
    {
      sees: {
        'it becomes memory': 'ok',
        'ranges of memory in it before': { atLeast: 1 },
        'the kernel is loaded': 'ok',
        'memory differs by MiB': { atMost: 16 },
        'ranges of memory in it after': 0,
        'further ranges of it in /sys/firmware/memmap': 0,
        'further ranges of it in BIOS-e820': 0,
        'the node is there': true,
        'it becomes memory again': 'ok',
      },
      because: 'its driver alone hands it out',
    },
  ],
  seconds: 30,
  timeoutMs: 180_000,
  spendsGuest: true,
  mutations: [{ by: 'no-fault', what: 'the command line gives the next kernel a part of it as memory' }],
  async observe(context) {
    await uploadKernel(context);
    const env = { TOOL: await context.tool(), FILES };
    const before = readSeen(await runScript(context, PREPARE, { env, timeoutMs: 80_000 }));
    const { start, end, memory, firmware, bios, ...saw } = before;
    const loaded = saw['the kernel is loaded'];
    if (loaded === 'ENOSYS') throw new RuleSkip('the kernel has no kexec_file_load(2) (CONFIG_KEXEC_FILE)');
    if (loaded === 'ENOEXEC') throw new RuleSkip('kexec_file_load(2) does not take the image of this kernel');
    if (loaded !== 'ok') return { saw };
    const { problems } = await context.host.followBoot(async () => context.run('exec "$1" kexec', [env.TOOL]));
    // It is device-DAX, as the test made it.
    for (const problem of problems) context.note(`after kexec: ${problem}`);
    const known = Object.entries({ start, end, memory, firmware, bios }).map(([name, value]) => [name, String(value)]);
    const after = await observeScript(context, LOOK, { env: Object.fromEntries(known) as Record<string, string> });
    return { saw: { ...saw, ...after.saw } };
  },
};

/** Puts what the machine boots into the guest. */
async function uploadKernel({ guest, host, must }: RuleContext): Promise<void> {
  await must(`mkdir -p ${FILES}`);
  await guest.upload(host.bootFiles.kernel, `${FILES}/kernel`);
  await guest.upload(host.bootFiles.initramfs, `${FILES}/initramfs`);
}
