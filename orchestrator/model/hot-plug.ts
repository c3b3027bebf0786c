import { InfraError } from './errors.ts';

/** A device to plug into a running machine. Sizes are in bytes, and mean the size usable in the guest. */
export type PlugDevice =
  | {
      readonly kind: 'nvdimm';
      readonly sizeBytes: number;
      /** Absent: 2 MiB. 0: label-less, the region then comes up as one namespace. */
      readonly labelSizeBytes?: number;
    }
  | {
      /** Memory that the host gives and takes while the guest runs. */
      readonly kind: 'virtio-mem';
      readonly sizeBytes: number;
      /** What the guest is asked to use of it; absent: nothing. */
      readonly requestedBytes?: number;
    }
  | {
      /** `memory`: a DIMM of plain memory. `usb-disk`: a disk at a USB controller, which is plugged in before the first. */
      readonly kind: 'virtio-pmem' | 'virtio-blk' | 'memory' | 'usb-disk';
      readonly sizeBytes: number;
    };

/** A device that was plugged in, and how the guest can find it. */
export interface PluggedDevice {
  /** QEMU's name of it, which the machine uses once. */
  readonly id: string;
  readonly kind: PlugDevice['kind'];
  readonly sizeBytes: number;
  /** Serial number of a disk. */
  readonly serial?: string;
  /** Physical address of pmem or memory. After a power cycle it may be another. */
  readonly address?: number;
}

/** QEMU or the guest does not plug a device in, or does not give it back: in its words. */
export class DeviceRefused extends InfraError {
  constructor(message: string, options: ErrorOptions = {}) {
    super(message, { code: 'device-refused', ...options });
  }
}
