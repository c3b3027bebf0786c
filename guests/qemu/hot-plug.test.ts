import { expect, test } from 'vitest';
import { pullOut, plugIn, removeBackends } from './hot-plug.ts';
import { QmpError, type QmpClient, type QmpEvent } from './qmp.ts';

const DISK = [
  '-blockdev',
  '{"driver":"file","node-name":"plug0-file"}',
  '-blockdev',
  '{"driver":"raw","node-name":"plug0-raw","file":"plug0-file"}',
  '-device',
  '{"driver":"virtio-blk-pci","id":"plug0","drive":"plug0-raw"}',
];

/** QMP that refuses some commands, and reports events once a device is to go. */
function fakeQemu({
  refuses = {},
  answers = [],
}: { readonly refuses?: Readonly<Record<string, QmpError>>; readonly answers?: readonly QmpEvent[] } = {}) {
  const asked: string[] = [];
  const heard: QmpEvent[] = [{ event: 'DEVICE_DELETED', data: { device: 'plug0' } }];
  const qmp: QmpClient = {
    closed: new Promise(() => undefined),
    execute: async (command, args = {}) => {
      asked.push(`${command} ${String(args['id'] ?? args['node-name'])}`);
      if (refuses[command]) throw refuses[command];
      if (command === 'device_del') heard.push(...answers);
      return {};
    },
  };
  return { qmp, events: () => heard, asked };
}

const refusal = (command: string, words: string, errorClass = 'GenericError') => ({
  [command]: new QmpError(command, errorClass, words),
});
const UNPLUG = { id: 'plug0', what: 'plug0 (virtio-blk)', waitMs: 60 };
const ost = (status: number, source = 3, device = 'plug0') => ({
  event: 'ACPI_DEVICE_OST',
  data: { info: { device, source, status, slot: '0', 'slot-type': 'DIMM' } },
});

test('a device is added as its words on the command line are, and its backends go last', async () => {
  const { qmp, asked } = fakeQemu();
  await plugIn(qmp, DISK, 'a disk');
  await removeBackends(qmp, DISK);
  expect(asked).toEqual([
    'blockdev-add plug0-file',
    'blockdev-add plug0-raw',
    'device_add plug0',
    'blockdev-del plug0-raw',
    'blockdev-del plug0-file',
  ]);
});

test('of a device that QEMU refuses nothing is left, and its words are passed on', async () => {
  const { qmp, asked } = fakeQemu({ refuses: refusal('device_add', 'no slot/function available') });
  await expect(plugIn(qmp, DISK, 'a disk')).rejects.toMatchObject({
    name: 'DeviceRefused',
    code: 'device-refused',
    message: 'QEMU does not plug in a disk: no slot/function available',
  });
  expect(asked.slice(-2)).toEqual(['blockdev-del plug0-raw', 'blockdev-del plug0-file']);
});

test('a device is gone when QEMU reports that it has deleted that device, and not an earlier or another one', async () => {
  const gone = fakeQemu({ answers: [{ event: 'DEVICE_DELETED', data: { device: 'plug0', path: '/machine' } }] });
  await pullOut(gone, UNPLUG);
  const other = fakeQemu({ answers: [{ event: 'DEVICE_DELETED', data: { device: 'plug1' } }] });
  await expect(pullOut(other, UNPLUG)).rejects.toThrow(
    'the guest did not give back plug0 (virtio-blk) within 0.06 s (the limit for unplugging)',
  );
  await pullOut(fakeQemu({ refuses: refusal('device_del', "Device 'plug0' not found", 'DeviceNotFound') }), UNPLUG);
});

test('a refusal of QEMU or of the guest comes in its words', async () => {
  const qemu = fakeQemu({ refuses: refusal('device_del', 'nvdimm device hot unplug is not supported yet.') });
  await expect(pullOut(qemu, UNPLUG)).rejects.toThrow(
    'QEMU does not unplug plug0 (virtio-blk): nvdimm device hot unplug is not supported yet.',
  );
  // QEMU 7.2 with Linux 6.1: it is asked, it tries, it cannot.
  const busy = fakeQemu({ answers: [ost(0, 1), ost(0x84), ost(0x82, 3, 'plug1'), ost(0x82)] });
  await expect(pullOut(busy, UNPLUG)).rejects.toThrow(
    'the guest does not give back plug0 (virtio-blk): it is busy (ACPI _OST status 0x82)',
  );
  const error = fakeQemu({ answers: [{ event: 'DEVICE_UNPLUG_GUEST_ERROR', data: { device: 'plug0' } }] });
  await expect(pullOut(error, UNPLUG)).rejects.toThrow('DEVICE_UNPLUG_GUEST_ERROR');
});

test('a QEMU that is gone is no refusal', async () => {
  const gone = new Error('QEMU closed its QMP connection');
  const qmp: QmpClient = { closed: Promise.resolve(), execute: () => Promise.reject(gone) };
  await expect(plugIn(qmp, DISK, 'a disk')).rejects.toBe(gone);
  await expect(pullOut({ qmp, events: () => [] }, UNPLUG)).rejects.toBe(gone);
});
