import { join } from 'node:path';
import { traitsOf } from '../../orchestrator/model/device-kinds.ts';
import { InfraError } from '../../orchestrator/model/errors.ts';
import { DeviceRefused, type PlugDevice, type PluggedDevice } from '../../orchestrator/model/hot-plug.ts';
import type { PmemDevice } from '../../orchestrator/model/pmem.ts';
import { formatSize } from '../../orchestrator/model/size.ts';
import type { MachineType } from '../arch/machine-type.ts';
import { createBackingFiles, removeFiles } from '../devices/backing-files.ts';
import { composePlug, USB_CONTROLLER_ARGV } from '../devices/compose-plug.ts';
import type { BootOfMachine } from '../guest.ts';
import { pullOut, plugIn, removeBackends } from '../qemu/hot-plug.ts';
import { queryMemoryDevices } from '../qemu/queries.ts';
import { blameHost } from '../store/host-error.ts';

/** A device in its socket. */
interface Plug {
  readonly argv: readonly string[];
  readonly files: readonly string[];
}

/** What is plugged into a machine beside its topology. It stays over resets and power cycles. */
export interface Plugs {
  /** QEMU's words for the next boot. */
  readonly argv: readonly string[];
  /** The files behind it. */
  readonly files: readonly string[];
  /** As `HostControl.plug`. */
  plug(boot: Pick<BootOfMachine, 'onQemu'>, device: PlugDevice): Promise<PluggedDevice>;
  /** As `HostControl.unplug`. */
  unplug(boot: Pick<BootOfMachine, 'onQemu'>, device: number | PluggedDevice): Promise<void>;
}

export function createPlugs(machine: {
  readonly dir: string;
  readonly machineType: MachineType;
  readonly devices: readonly PmemDevice[];
}): Plugs {
  const { dir, machineType, devices } = machine;
  const plugs = new Map<string, Plug>();
  let count = 0;
  let usbController: readonly string[] = [];

  const addUsbController = async ({ onQemu }: Pick<BootOfMachine, 'onQemu'>): Promise<void> => {
    if (usbController.length > 0) return;
    await onQemu(async ({ qmp }) => plugIn(qmp, USB_CONTROLLER_ARGV, 'a USB controller'), 'device_add');
    usbController = USB_CONTROLLER_ARGV;
  };
  return {
    get argv() {
      return [...usbController, ...[...plugs.values()].flatMap(({ argv }) => argv)];
    },
    get files() {
      return [...plugs.values()].flatMap(({ files }) => files);
    },
    plug: async (boot, device) => {
      const id = `plug${count}`;
      count += 1;
      const what = `${device.kind} of ${formatSize(device.sizeBytes)}`;
      const part = composePlug(device, { id, path: join(dir, `${id}.img`) }, machineType);
      if (part === undefined) throw new DeviceRefused(`the machine ${machineType.name} has no place for ${what}`);
      const { argv, backingFiles = [], placement } = part;
      const files = backingFiles.map(({ path }) => path);
      try {
        await makeFiles(backingFiles, dir);
        if (device.kind === 'usb-disk') await addUsbController(boot);
        const address = await boot.onQemu(async ({ qmp }) => {
          await plugIn(qmp, argv, what);
          return placement.by === 'memory-device' ? (await queryMemoryDevices(qmp)).addresses.get(id) : undefined;
        }, 'device_add');
        plugs.set(id, { argv, files });
        return {
          id,
          kind: device.kind,
          sizeBytes: device.sizeBytes,
          ...(placement.by === 'serial' && { serial: placement.serial }),
          ...(address !== undefined && { address }),
        };
      } catch (error) {
        await removeFiles(files);
        throw error;
      }
    },
    unplug: async ({ onQemu }, device) => {
      if (typeof device === 'number') {
        const known = devices[device];
        if (known === undefined)
          throw new InfraError(`the topology has no device of index ${device}, only ${devices.length}`, {
            code: 'no-device',
          });
        // Sentences about devices count from 1.
        const what = `device ${device + 1} (${known.kind})`;
        if (traitsOf(known).usesGuestMemory)
          throw new DeviceRefused(`${what} is memory of the guest itself, and stays`);
        return onQemu(
          async ({ qmp, events, unplugMs }) =>
            pullOut({ qmp, events }, { id: `pmem${device}`, what, waitMs: unplugMs }),
          'device_del',
        );
      }
      const { id, kind } = device;
      const plug = plugs.get(id);
      if (plug === undefined) return;
      await onQemu(
        async ({ qmp, events, unplugMs }) =>
          pullOut({ qmp, events }, { id, what: `${id} (${kind})`, waitMs: unplugMs }),
        'device_del',
      );
      plugs.delete(id);
      // QEMU has them open until the next line.
      await removeFiles(plug.files);
      await onQemu(async ({ qmp }) => removeBackends(qmp, plug.argv), 'object-del');
    },
  };
}

/** Rejects with InfraError. */
async function makeFiles(files: Parameters<typeof createBackingFiles>[0], dir: string): Promise<void> {
  try {
    await createBackingFiles(files, dir);
  } catch (error) {
    throw error instanceof InfraError ? error : blameHost(`the file of a device cannot be written to ${dir}`, error);
  }
}
