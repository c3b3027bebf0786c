import type { DeviceOfKind } from '../../../orchestrator/model/device-kinds.ts';
import { jsonDevice, memoryBackend } from '../argv-words.ts';
import type { DeviceInQemu, DevicePart, NamedDevice } from '../device-kind.ts';

type Nvdimm = Extract<DeviceOfKind, { kind: 'nvdimm' }>;

const MIB = 2 ** 20;

export const NVDIMM_IN_QEMU: DeviceInQemu<Nvdimm> = {
  example: { kind: 'nvdimm', sizeBytes: 16 * MIB, namespace: 'fsdax', labelSizeBytes: 2 * MIB },
  lacks: ({ nvdimm }) => (nvdimm === undefined ? 'it has no NVDIMMs' : undefined),
  completePlug: ({ sizeBytes, labelSizeBytes = 2 * MIB }) => ({
    kind: 'nvdimm',
    sizeBytes,
    namespace: 'raw',
    labelSizeBytes,
  }),
  compose: (devices, { type }) => ({
    parts: devices.map(composeOne),
    machineFlags: type.nvdimm === undefined ? [] : [type.nvdimm],
  }),
};

function composeOne({ device, id, path }: NamedDevice<Nvdimm>): DevicePart {
  // QEMU cuts the labels from the backend's end and maps the rest, down to whole pages. Any other sum would leave a
  // region of an odd size, and the next device at an address at which its own driver fails (-EOPNOTSUPP).
  const sizeBytes = device.sizeBytes + device.labelSizeBytes;
  return {
    argv: [
      ...memoryBackend(id, path, sizeBytes),
      ...jsonDevice({
        driver: 'nvdimm',
        id,
        memdev: `${id}-mem`,
        unarmed: false,
        ...(device.labelSizeBytes > 0 ? { 'label-size': device.labelSizeBytes } : {}),
      }),
    ],
    placement: { by: 'memory-device', qdevId: id },
    backingFiles: [{ path, sizeBytes }],
  };
}
