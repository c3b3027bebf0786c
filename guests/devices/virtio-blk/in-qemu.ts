import type { DeviceOfKind } from '../../../orchestrator/model/device-kinds.ts';
import { composeDisk } from '../argv-words.ts';
import type { DeviceInQemu } from '../device-kind.ts';

export const VIRTIO_BLK_IN_QEMU: DeviceInQemu<Extract<DeviceOfKind, { kind: 'virtio-blk' }>> = {
  example: { kind: 'virtio-blk', sizeBytes: 16 * 2 ** 20 },
  completePlug: ({ sizeBytes }) => ({ kind: 'virtio-blk', sizeBytes }),
  compose: (devices) => ({
    parts: devices.map(({ device: { sizeBytes }, id, path }) => {
      const serial = `pmemrig-${id}`;
      return {
        argv: composeDisk({ id, path, serial, readOnly: false }),
        placement: { by: 'serial', serial },
        backingFiles: [{ path, sizeBytes }],
      };
    }),
  }),
};
