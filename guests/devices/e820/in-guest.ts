import type { DeviceInGuest } from '../device-kind.ts';

export const E820_IN_GUEST: DeviceInGuest = {
  driver: { sysfsPath: '/sys/bus/platform/drivers/e820_pmem', module: 'nd_e820', config: 'CONFIG_X86_PMEM_LEGACY' },
  appearsAs: 'region',
};
