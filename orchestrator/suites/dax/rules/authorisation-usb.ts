import { DeviceRefused, type PluggedDevice } from '../../../model/hot-plug.ts';
import { type Rule, type RuleContext, RuleSkip } from '../../shared/rules/rule.ts';
import { observeScript, runScript } from '../observe-script.ts';

const SIZE_BYTES = 32 * 2 ** 20;
const DEVICES = '/sys/bus/usb/devices';

const LOAD = String.raw`
for module in xhci-pci usb-storage sd_mod; do modprobe -q $module; done
[ -d /sys/bus/pci/drivers/xhci_hcd ] || skip 'the kernel has no driver of a USB host controller (CONFIG_USB_XHCI_PCI)'
[ -d /sys/bus/usb/drivers/usb-storage ] || skip 'the kernel has no driver of USB disks (CONFIG_USB_STORAGE)'
`;

/** The first disk shows that the controller is there, and that one which is let in becomes a block device. */
const CLOSE = String.raw`
for tenth in $(seq 200); do
	first=$(lsblk -dnro NAME,SERIAL | sed -n "s/ $FIRST$//p")
	[ -z "$first" ] || break
	sleep 0.1
done
[ -n "$first" ] || die 'the first disk did not come'
settle
sabotaged no-fault || for hub in ${DEVICES}/usb*; do echo 0 > $hub/authorized_default; done
ls ${DEVICES}
`;

const SCRIPT = String.raw`
defer 'for hub in ${DEVICES}/usb*; do echo 1 > $hub/authorized_default; done'
# Interfaces have a colon in their names.
for tenth in $(seq 200); do
	new=$(ls ${DEVICES} | grep -vxF "$BEFORE" | grep -v : | head -n 1)
	[ -z "$new" ] || break
	sleep 0.1
done
[ -n "$new" ] || die 'the disk did not come'
interfaces() { ls -d ${DEVICES}/$new:* 2> /dev/null | wc -l; }
disk() { lsblk -dnro SERIAL | grep -qx "$1" && echo yes || echo no; }
sleep 2
settle
saw 'it is authorised' "$(cat ${DEVICES}/$new/authorized)"
saw 'its interfaces' "$(interfaces)"
saw 'it has a block device' "$(disk "$SERIAL")"
saw 'the disk before it is there' "$(disk "$FIRST")"
echo 1 > ${DEVICES}/$new/authorized
for tenth in $(seq 200); do
	[ "$(disk "$SERIAL")" = no ] || break
	sleep 0.1
done
saw 'its interfaces then' "$(interfaces)"
saw 'then it has a driver' "$(basename "$(readlink ${DEVICES}/$new:*/driver)")"
saw 'then it has a block device' "$(disk "$SERIAL")"
`;

/** A USB disk that nobody has let in. */
export const AUTHORISATION_USB: Rule = {
  id: 'authorisation-usb',
  title:
    'With authorized_default=0 on its host controller, a USB disk that is plugged in stays closed until it is let in',
  rule:
    'A USB host controller with authorized_default=0 takes new devices, but does not configure them. A disk that is ' +
    'then plugged in has no interface, and so no driver and no block device, until someone writes 1 to its file ' +
    'authorized. A disk that was there before keeps working.',
  source: 'Documentation/usb/authorization.rst; drivers/usb/core/hub.c: usb_new_device(), usb_authorize_device()',
  look: 'usb_enumerate_device() and usb_device_is_owned(); authorized_default_store() in drivers/usb/core/hcd.c',
  devices: ['nvdimm', 'virtio-pmem', 'e820'],
  needs: [],
  rows: [
    {
      sees: {
        'it is authorised': 0,
        'its interfaces': 0,
        'it has a block device': false,
        'the disk before it is there': true,
        'its interfaces then': 1,
        'then it has a driver': 'usb-storage',
        'then it has a block device': true,
      },
      because: 'nobody had let it in',
    },
  ],
  seconds: 10,
  timeoutMs: 90_000,
  mutations: [{ by: 'no-fault', what: 'authorized_default stays 1' }],
  async observe(context) {
    await runScript(context, LOAD);
    const first = await plugDisk(context);
    const env = { FIRST: first.serial ?? '' };
    const before = await runScript(context, CLOSE, { env });
    const second = await plugDisk(context);
    try {
      return await observeScript(context, SCRIPT, {
        env: { ...env, SERIAL: second.serial ?? '', BEFORE: before.trim() },
      });
    } finally {
      for (const disk of [second, first]) await context.host.unplug(disk);
    }
  },
};

/** Rejects with RuleSkip where QEMU has no USB. */
async function plugDisk({ host, note }: RuleContext): Promise<PluggedDevice> {
  try {
    const disk = await host.plug({ kind: 'usb-disk', sizeBytes: SIZE_BYTES });
    note(`plugged in: a USB disk, serial ${disk.serial ?? 'unknown'}`);
    return disk;
  } catch (error) {
    if (error instanceof DeviceRefused) throw new RuleSkip(`a USB disk could not be plugged in: ${error.message}`);
    throw error;
  }
}
