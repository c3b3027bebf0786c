import type { DeviceKind, DeviceOfKind } from '../../orchestrator/model/device-kinds.ts';
import type { PlugDevice } from '../../orchestrator/model/hot-plug.ts';
import type { MachineType } from '../arch/machine-type.ts';
import { composeDisk, jsonDevice, memoryBackend } from './argv-words.ts';
import type { DeviceInQemu, DevicePart } from './device-kind.ts';
import { KINDS } from './kinds.ts';

const USB_CONTROLLER = 'plug-usb';

/** QEMU's words for the controller that USB disks need. */
export const USB_CONTROLLER_ARGV: readonly string[] = jsonDevice({ driver: 'qemu-xhci', id: USB_CONTROLLER });

interface PlugNames {
  /** QEMU's name of the device. */
  readonly id: string;
  /** The file behind it. */
  readonly path: string;
}

type ComposePlug = (device: PlugDevice, names: PlugNames, type: MachineType) => DevicePart | undefined;

const COMPOSERS: Readonly<Record<PlugDevice['kind'], ComposePlug>> = {
  nvdimm: composeAs('nvdimm'),
  'virtio-pmem': composeAs('virtio-pmem'),
  'virtio-blk': composeAs('virtio-blk'),
  memory: ({ sizeBytes }, { id, path }) => ({
    argv: [...memoryBackend(id, path, sizeBytes), ...jsonDevice({ driver: 'pc-dimm', id, memdev: `${id}-mem` })],
    placement: { by: 'memory-device', qdevId: id },
    backingFiles: [{ path, sizeBytes }],
  }),
  'virtio-mem': (device, { id }, { memoryDevices }) => {
    if (!memoryDevices) return undefined;
    const { sizeBytes } = device;
    const requestedBytes = device.kind === 'virtio-mem' ? (device.requestedBytes ?? 0) : 0;
    const memdev = `${id}-mem`;
    return {
      argv: [
        // Of no file: QEMU drops what the guest does not use of it.
        '-object',
        JSON.stringify({ 'qom-type': 'memory-backend-ram', id: memdev, size: sizeBytes }),
        ...jsonDevice({ driver: 'virtio-mem-pci', id, memdev, 'requested-size': requestedBytes }),
      ],
      placement: { by: 'memory-device', qdevId: id },
    };
  },
  'usb-disk': ({ sizeBytes }, { id, path }) => {
    const serial = `pmemrig-${id}`;
    const attach = { driver: 'usb-storage', bus: `${USB_CONTROLLER}.0` };
    return {
      argv: composeDisk({ id, path, serial, readOnly: false, attach }),
      placement: { by: 'serial', serial },
      backingFiles: [{ path, sizeBytes }],
    };
  },
};

/** One more device for a machine, in the words of its command line; undefined where the machine has no place for it. */
export function composePlug(device: PlugDevice, names: PlugNames, type: MachineType): DevicePart | undefined {
  return COMPOSERS[device.kind](device, names, type);
}

/** A device as a topology would have it. */
function composeAs(kind: DeviceKind): ComposePlug {
  return (device, names, type) => {
    // What a kind completes is of its own kind, which the compiler does not see from the table.
    const { compose, completePlug, lacks } = KINDS[kind].inQemu as DeviceInQemu<DeviceOfKind>;
    if (completePlug === undefined || lacks?.(type) !== undefined) return undefined;
    return compose([{ device: completePlug(device), ...names }], { type, memoryBytes: 0 }).parts[0];
  };
}
