import { DeviceRefused, type PlugDevice, type PluggedDevice } from '../../model/hot-plug.ts';
import { type RuleContext, RuleSkip } from '../shared/rules/rule.ts';

/** The others are memory to ACPI. */
const ON_PCI: ReadonlySet<PlugDevice['kind']> = new Set(['virtio-pmem', 'virtio-mem', 'virtio-blk', 'usb-disk']);

/** Plugs a device in. Rejects with RuleSkip where QEMU, the machine or the kernel takes none. */
export async function plugOrSkip({ host, note, run }: RuleContext, device: PlugDevice): Promise<PluggedDevice> {
  if (ON_PCI.has(device.kind) && (await run('ls -A /sys/bus/pci/slots')).stdout.trim() === '')
    throw new RuleSkip('the kernel takes no PCI device while it runs (CONFIG_HOTPLUG_PCI_ACPI)');
  try {
    const plugged = await host.plug(device);
    const where = plugged.address === undefined ? (plugged.serial ?? '') : showAddress(plugged);
    note(`plugged in: ${device.kind} at ${where}`);
    return plugged;
  } catch (error) {
    if (error instanceof DeviceRefused)
      throw new RuleSkip(`a ${device.kind} device could not be plugged in: ${error.message}`);
    throw error;
  }
}

/** Its physical address, as sysfs writes it. */
export const showAddress = ({ address = 0 }: PluggedDevice): string => `0x${address.toString(16)}`;
