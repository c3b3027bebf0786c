import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { HeldGuest } from '../guests/machine/hold-guest.ts';
import type { PluggedDevice } from '../orchestrator/model/hot-plug.ts';
import type { PmemDevice } from '../orchestrator/model/pmem.ts';
import { GuestBench } from './support/boot.ts';

const MIB = 2 ** 20;
const TOPOLOGY: readonly PmemDevice[] = [
  { kind: 'virtio-pmem', sizeBytes: 256 * MIB },
  { kind: 'virtio-blk', sizeBytes: 64 * MIB },
];
const WAIT_MS = 60_000;

/** What the guest prints, once it prints anything. */
async function waitFor(guest: HeldGuest, command: string): Promise<string> {
  for (let waitedMs = 0; waitedMs < WAIT_MS; waitedMs += 200) {
    const { stdout } = await guest.exec(command);
    if (stdout.trim() !== '') return stdout.trim();
    await sleep(200);
  }
  throw new Error(`\`${command}\` printed nothing`);
}

/** The block device of the region at an address. */
async function waitForPmem(guest: HeldGuest, { address = 0 }: PluggedDevice): Promise<string> {
  const region = `for r in /sys/bus/nd/devices/region*; do [ "$(cat $r/resource)" = 0x${address.toString(16)} ] && ls -d`;
  return waitFor(guest, `${region} $r/namespace*/block/* $r/pfn*/block/* 2>/dev/null; done`).then(
    (path) => path.split('/').at(-1) ?? '',
  );
}

const waitForDisk = async (guest: HeldGuest, { serial = '' }: PluggedDevice) =>
  waitFor(guest, `lsblk -dnro NAME,SERIAL | sed -n 's/ ${serial}$//p'`);

test('devices that are plugged in appear in the guest, outlive a reset and a power cut, and go when they can', async () => {
  using bench = new GuestBench();
  await using guest = await bench.boot(TOPOLOGY, { hotPlug: true });
  expect(await guest.setUpPmem()).toEqual({ problems: [] });
  const { host } = guest;

  const pmem = await host.plug({ kind: 'virtio-pmem', sizeBytes: 128 * MIB });
  const nvdimm = await host.plug({ kind: 'nvdimm', sizeBytes: 128 * MIB, labelSizeBytes: 0 });
  const disk = await host.plug({ kind: 'virtio-blk', sizeBytes: 32 * MIB });
  for (const plugged of [pmem, nvdimm]) {
    const node = await waitForPmem(guest, plugged);
    expect(await guest.exec(`blockdev --getsize64 /dev/${node}`)).toMatchObject({ stdout: `${128 * MIB}\n` });
  }
  const name = await waitForDisk(guest, disk);
  expect(await guest.exec(`printf kept | dd of=/dev/${name} oflag=direct conv=sync`)).toMatchObject({ exitCode: 0 });

  // What QEMU 7.2 says of both.
  await expect(host.unplug(pmem)).rejects.toMatchObject({
    code: 'device-refused',
    message: expect.stringContaining('virtio based memory devices cannot be unplugged'),
  });
  await expect(host.unplug(0)).rejects.toThrow(
    'device 1 (virtio-pmem): virtio based memory devices cannot be unplugged',
  );
  await expect(host.unplug(nvdimm)).rejects.toThrow('nvdimm device hot unplug is not supported');

  expect(await host.reset()).toEqual({ problems: [] });
  expect(await waitForDisk(guest, disk)).toMatch(/^vd/);
  expect(await host.powerCycle()).toEqual({ problems: [] });
  const again = await waitForDisk(guest, disk);
  expect(await guest.exec(`head -c 4 /dev/${again}`)).toMatchObject({ stdout: 'kept' });
  expect(await waitFor(guest, `ls /sys/bus/nd/devices | grep -c '^region'`)).toBe('3');

  const write = `dd if=/dev/zero of=/dev/${again} bs=64k count=64 oflag=direct conv=nocreat`;
  const busy = guest.exec(`n=0; while ${write}; do n=$((n + 1)); echo $n > /run/rounds; done; echo $n`, {
    timeoutMs: WAIT_MS,
  });
  await waitFor(guest, 'cat /run/rounds');
  await host.unplug(disk);
  expect(Number((await busy).stdout)).toBeGreaterThan(0);
  expect(await guest.exec(`test ! -e /sys/block/${again}`)).toMatchObject({ exitCode: 0 });
  expect(existsSync(join(bench.guestDir, `${disk.id}.img`))).toBe(false);

  await host.unplug(1);
  expect(await host.reset()).toEqual({ problems: [expect.stringContaining('device 2')] });
  expect(await host.powerCycle()).toEqual({ problems: [] });
  expect(guest.takeProblems()).toEqual([]);
});

test('a guest that has its memory in use keeps it, in its own words; a USB disk comes with its controller', async () => {
  using bench = new GuestBench();
  await using guest = await bench.boot([], { hotPlug: true });
  const memory = await guest.host.plug({ kind: 'memory', sizeBytes: 256 * MIB });
  const blocks = '/sys/devices/system/memory/memory*';
  await waitFor(guest, `grep -l offline ${blocks}/state`);
  const use = `for m in $(grep -l offline ${blocks}/state); do echo online_kernel > $m; done && mkdir /mem`;
  const fill = `${use} && mount -t tmpfs -o size=1000M mem /mem && head -c 850M /dev/zero > /mem/file`;
  expect(await guest.exec(fill)).toMatchObject({ exitCode: 0 });
  await expect(guest.host.unplug(memory)).rejects.toThrow('the guest does not give back plug0 (memory): it is busy');

  const disk = await guest.host.plug({ kind: 'usb-disk', sizeBytes: 32 * MIB });
  expect(await waitForDisk(guest, disk)).toMatch(/^sd/);
  await guest.host.unplug(disk);
});
