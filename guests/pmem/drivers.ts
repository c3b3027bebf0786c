import type { PmemDevice } from '../../orchestrator/model/pmem.ts';

/** What in the kernel makes a kind of device appear. */
export interface PmemDriver {
  /** Exists once the driver is loaded or built in. */
  readonly sysfsPath: string;
  readonly module: string;
  readonly config: string;
}

export const DRIVERS: Readonly<Record<PmemDevice['kind'], PmemDriver>> = {
  nvdimm: { sysfsPath: '/sys/bus/acpi/drivers/nfit', module: 'nfit', config: 'CONFIG_ACPI_NFIT' },
  'virtio-pmem': {
    sysfsPath: '/sys/bus/virtio/drivers/virtio_pmem',
    module: 'virtio_pmem',
    config: 'CONFIG_VIRTIO_PMEM',
  },
  e820: { sysfsPath: '/sys/bus/platform/drivers/e820_pmem', module: 'nd_e820', config: 'CONFIG_X86_PMEM_LEGACY' },
  'virtio-blk': { sysfsPath: '/sys/bus/virtio/drivers/virtio_blk', module: 'virtio_blk', config: 'CONFIG_VIRTIO_BLK' },
};

/** Makes a block device of a namespace, in any region. */
export const NAMESPACE_DRIVER: PmemDriver = {
  sysfsPath: '/sys/bus/nd/drivers/nd_pmem',
  module: 'nd_pmem',
  config: 'CONFIG_BLK_DEV_PMEM',
};
