import type { DeviceInGuest } from '../device-kind.ts';

export const VIRTIO_BLK_IN_GUEST: DeviceInGuest = {
  driver: { sysfsPath: '/sys/bus/virtio/drivers/virtio_blk', module: 'virtio_blk', config: 'CONFIG_VIRTIO_BLK' },
  appearsAs: 'disk',
};
