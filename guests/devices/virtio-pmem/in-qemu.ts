import type { DeviceOfKind } from '../../../orchestrator/model/device-kinds.ts';
import { jsonDevice, memoryBackend } from '../argv-words.ts';
import type { DeviceInQemu } from '../device-kind.ts';

export const VIRTIO_PMEM_IN_QEMU: DeviceInQemu<Extract<DeviceOfKind, { kind: 'virtio-pmem' }>> = {
  example: { kind: 'virtio-pmem', sizeBytes: 16 * 2 ** 20 },
  // No vmstate in hw/virtio/virtio-pmem.c, seen with 7.2: after a migration each flush of the guest's waits for ever.
  isUnsaved: true,
  completePlug: ({ sizeBytes }) => ({ kind: 'virtio-pmem', sizeBytes }),
  compose: (devices) => ({
    parts: devices.map(({ device: { sizeBytes }, id, path }) => ({
      argv: [
        ...memoryBackend(id, path, sizeBytes),
        ...jsonDevice({ driver: 'virtio-pmem-pci', id, memdev: `${id}-mem` }),
      ],
      placement: { by: 'memory-device', qdevId: id },
      backingFiles: [{ path, sizeBytes }],
    })),
  }),
};
