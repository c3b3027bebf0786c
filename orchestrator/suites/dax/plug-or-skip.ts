import { DeviceRefused, type PlugDevice, type PluggedDevice } from '../../model/hot-plug.ts';
import { type RuleContext, RuleSkip } from '../shared/rules/rule.ts';

/** Plugs a device in. Rejects with RuleSkip where QEMU or the machine has no place for it. */
export async function plugOrSkip({ host, note }: RuleContext, device: PlugDevice): Promise<PluggedDevice> {
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
