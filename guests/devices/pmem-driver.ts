/** What in the kernel makes a kind of device appear. */
export interface PmemDriver {
  /** Exists once the driver is loaded or built in. */
  readonly sysfsPath: string;
  readonly module: string;
  readonly config: string;
}

/** Makes a block device of a namespace, in any region. */
export const NAMESPACE_DRIVER: PmemDriver = {
  sysfsPath: '/sys/bus/nd/drivers/nd_pmem',
  module: 'nd_pmem',
  config: 'CONFIG_BLK_DEV_PMEM',
};
