import { traitsOf } from '../../model/device-kinds.ts';
import { DeviceRefused } from '../../model/hot-plug.ts';
import { type RuleContext, RuleSkip } from '../shared/rules/rule.ts';

const SIZE_BYTES = 128 * 2 ** 20;

/**
 * Plugs a further pmem device in and gives its physical address, as sysfs writes it. QEMU does not take it out again, so
 * the script disables its region in the end. Rejects with RuleSkip where QEMU or the machine has no place for it.
 */
export async function plugPmem({ host, note }: RuleContext, kind: 'nvdimm' | 'virtio-pmem'): Promise<string> {
  try {
    const { address = 0 } = await host.plug({
      kind,
      sizeBytes: SIZE_BYTES,
      ...(!traitsOf({ kind }).flushesByHost && { labelSizeBytes: 0 }),
    });
    note(`plugged in: ${kind} at 0x${address.toString(16)}`);
    return `0x${address.toString(16)}`;
  } catch (error) {
    if (error instanceof DeviceRefused)
      throw new RuleSkip(`a ${kind} device could not be plugged in: ${error.message}`);
    throw error;
  }
}
