import type { DeviceInGuest } from '../device-kind.ts';

export const NVDIMM_IN_GUEST: DeviceInGuest = {
  driver: { sysfsPath: '/sys/bus/acpi/drivers/nfit', module: 'nfit', config: 'CONFIG_ACPI_NFIT' },
  appearsAs: 'region',
};
