import type { DeviceInGuest } from '../device-kind.ts';

export const VIRTIO_PMEM_IN_GUEST: DeviceInGuest = {
  driver: { sysfsPath: '/sys/bus/virtio/drivers/virtio_pmem', module: 'virtio_pmem', config: 'CONFIG_VIRTIO_PMEM' },
  appearsAs: 'region',
};
