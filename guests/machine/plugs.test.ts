import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { PlugDevice } from '../../orchestrator/model/hot-plug.ts';
import type { PmemDevice } from '../../orchestrator/model/pmem.ts';
import { MACHINE_TYPES } from '../arch/x86-64/machine-types.ts';
import type { MachineType } from '../arch/machine-type.ts';
import type { OnQemu } from '../qemu/on-qemu.ts';
import { QmpError, type QmpEvent } from '../qemu/qmp.ts';
import { createPlugs } from './plugs.ts';

const MIB = 2 ** 20;
const TOPOLOGY: readonly PmemDevice[] = [
  { kind: 'e820', sizeBytes: MIB, namespace: 'fsdax' },
  { kind: 'virtio-blk', sizeBytes: MIB },
];

/** A machine whose QEMU takes every device, and gives every device back but those that it refuses. */
function machine({
  machineType = MACHINE_TYPES.pc,
  refuses,
}: { readonly machineType?: MachineType; readonly refuses?: string } = {}) {
  const dir = mkdtempSync(join(tmpdir(), 'plugs-'));
  const asked: string[] = [];
  const heard: QmpEvent[] = [];
  const onQemu: OnQemu = async (act) =>
    act({
      unplugMs: 1000,
      events: () => heard,
      qmp: {
        closed: new Promise(() => undefined),
        execute: async (command, args = {}) => {
          if (command === 'query-memory-devices') return [{ type: 'nvdimm', data: { id: 'plug0', addr: 2 ** 33 } }];
          asked.push(`${command} ${String(args['driver'] ?? args['id'] ?? args['node-name'])}`);
          if (command === refuses) throw new QmpError(command, 'GenericError', 'no');
          if (command === 'device_del') heard.push({ event: 'DEVICE_DELETED', data: { device: args['id'] } });
          return {};
        },
      },
    });
  return { plugs: createPlugs({ dir, machineType, devices: TOPOLOGY }), boot: { onQemu }, asked, dir };
}

const NVDIMM: PlugDevice = { kind: 'nvdimm', sizeBytes: 16 * MIB };

test('what is plugged in is in the next boot, until it is unplugged; its file goes with it', async () => {
  const { plugs, boot, dir } = machine();
  const nvdimm = await plugs.plug(boot, NVDIMM);
  expect(nvdimm).toEqual({ id: 'plug0', kind: 'nvdimm', sizeBytes: 16 * MIB, address: 2 ** 33 });
  const disk = await plugs.plug(boot, { kind: 'virtio-blk', sizeBytes: MIB });
  expect(disk).toEqual({ id: 'plug1', kind: 'virtio-blk', sizeBytes: MIB, serial: 'pmemrig-plug1' });
  expect(plugs.argv.filter((word) => word === '-device')).toHaveLength(2);
  expect(plugs.argv.join(' ')).toContain(`"label-size":${2 * MIB}`);
  expect(readdirSync(dir)).toEqual(['plug0.img', 'plug1.img']);
  expect(plugs.files).toEqual([join(dir, 'plug0.img'), join(dir, 'plug1.img')]);
  await plugs.unplug(boot, disk);
  await plugs.unplug(boot, disk);
  expect(plugs.argv.filter((word) => word === '-device')).toHaveLength(1);
  expect(readdirSync(dir)).toEqual(['plug0.img']);
});

test('virtio-mem has no file, and the guest is asked for a part of it, or for nothing', async () => {
  const { plugs, boot, dir } = machine();
  expect(await plugs.plug(boot, { kind: 'virtio-mem', sizeBytes: 16 * MIB })).toMatchObject({ address: 2 ** 33 });
  await plugs.plug(boot, { kind: 'virtio-mem', sizeBytes: 16 * MIB, requestedBytes: 2 * MIB });
  expect(readdirSync(dir)).toEqual([]);
  expect(plugs.argv).toContain(`{"driver":"virtio-mem-pci","id":"plug0","memdev":"plug0-mem","requested-size":0}`);
  expect(plugs.argv.join(' ')).toContain(`"requested-size":${2 * MIB}`);
  const { plugs: none, boot: microvm } = machine({ machineType: MACHINE_TYPES.microvm });
  await expect(none.plug(microvm, { kind: 'virtio-mem', sizeBytes: MIB })).rejects.toThrow('has no place for');
});

test('all USB disks share a controller, which is plugged in before the first', async () => {
  const { plugs, boot, asked } = machine();
  for (const sizeBytes of [MIB, 2 * MIB]) await plugs.plug(boot, { kind: 'usb-disk', sizeBytes });
  const devices = asked.filter((command) => command.startsWith('device_add'));
  expect(devices).toEqual(['device_add qemu-xhci', 'device_add usb-storage', 'device_add usb-storage']);
  expect(plugs.argv.slice(0, 2)).toEqual(['-device', '{"driver":"qemu-xhci","id":"plug-usb"}']);
});

test('a device that QEMU refuses leaves neither a file nor words for the next boot', async () => {
  const { plugs, boot, dir } = machine({ refuses: 'device_add' });
  await expect(plugs.plug(boot, { kind: 'memory', sizeBytes: MIB })).rejects.toThrow(
    'QEMU does not plug in memory of 1M: no',
  );
  expect([plugs.argv, readdirSync(dir)]).toEqual([[], []]);
});

test('a device that QEMU keeps is in the next boot, too', async () => {
  const { plugs, boot, dir } = machine({ refuses: 'device_del' });
  const nvdimm = await plugs.plug(boot, NVDIMM);
  await expect(plugs.unplug(boot, nvdimm)).rejects.toMatchObject({ code: 'device-refused' });
  expect(plugs.argv).toContain('-device');
  expect(readdirSync(dir)).toEqual(['plug0.img']);
});

test('of the topology goes what is a device of QEMU', async () => {
  const { plugs, boot, asked } = machine();
  await plugs.unplug(boot, 1);
  expect(asked).toEqual(['device_del pmem1']);
  await expect(plugs.unplug(boot, 0)).rejects.toThrow('device 1 (e820) is memory of the guest itself, and stays');
  await expect(plugs.unplug(boot, 2)).rejects.toThrow('the topology has no device of index 2, only 2');
});
