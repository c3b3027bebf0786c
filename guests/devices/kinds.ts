import type { DeviceKind, DeviceOfKind } from '../../orchestrator/model/device-kinds.ts';
import type { DeviceInGuest, DeviceInQemu } from './device-kind.ts';
import { E820_IN_GUEST } from './e820/in-guest.ts';
import { E820_IN_QEMU } from './e820/in-qemu.ts';
import { NVDIMM_IN_GUEST } from './nvdimm/in-guest.ts';
import { NVDIMM_IN_QEMU } from './nvdimm/in-qemu.ts';
import { NAMESPACE_DRIVER, type PmemDriver } from './pmem-driver.ts';
import { VIRTIO_BLK_IN_GUEST } from './virtio-blk/in-guest.ts';
import { VIRTIO_BLK_IN_QEMU } from './virtio-blk/in-qemu.ts';
import { VIRTIO_PMEM_IN_GUEST } from './virtio-pmem/in-guest.ts';
import { VIRTIO_PMEM_IN_QEMU } from './virtio-pmem/in-qemu.ts';

type KindTable = {
  readonly [Kind in DeviceKind]: {
    readonly inQemu: DeviceInQemu<Extract<DeviceOfKind, { kind: Kind }>>;
    readonly inGuest: DeviceInGuest;
  };
};

/** The two halves of each kind of device. */
export const KINDS: KindTable = {
  nvdimm: { inQemu: NVDIMM_IN_QEMU, inGuest: NVDIMM_IN_GUEST },
  'virtio-pmem': { inQemu: VIRTIO_PMEM_IN_QEMU, inGuest: VIRTIO_PMEM_IN_GUEST },
  e820: { inQemu: E820_IN_QEMU, inGuest: E820_IN_GUEST },
  'virtio-blk': { inQemu: VIRTIO_BLK_IN_QEMU, inGuest: VIRTIO_BLK_IN_GUEST },
};

/** What any topology may need of a kernel. */
export const PMEM_DRIVERS: readonly PmemDriver[] = [
  ...Object.values(KINDS).map(({ inGuest }) => inGuest.driver),
  NAMESPACE_DRIVER,
];
