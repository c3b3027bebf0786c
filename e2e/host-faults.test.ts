import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { HeldGuest } from '../guests/machine/hold-guest.ts';
import type { PmemDevice } from '../orchestrator/model/pmem.ts';
import { GuestBench } from './support/boot.ts';

const VIRTIO: PmemDevice = { kind: 'virtio-pmem', sizeBytes: 2 ** 27 };
const NVDIMM: PmemDevice = { kind: 'nvdimm', sizeBytes: 2 ** 27, namespace: 'fsdax', labelSizeBytes: 2 * 2 ** 20 };

/** One write and one fsync(2), which is one flush of the device; the output names the call that failed. */
const syncOn = (guest: HeldGuest, disk: string) =>
  guest.exec(`dd if=/dev/zero of=${disk} bs=4k count=1 conv=fsync,notrunc`, { timeoutMs: 120_000 });
const passes = { exitCode: 0 };
const fails = { exitCode: 1, stderr: expect.stringContaining('Input/output error') };

/** What traces QEMU, and whether it runs. */
function lookAtQemu(pid: number): { readonly tracers: string[]; readonly states: string[] } {
  const statuses = readdirSync(`/proc/${pid}/task`).map((task) =>
    readFileSync(`/proc/${pid}/task/${task}/status`, 'utf8'),
  );
  const all = (field: string) => statuses.map((text) => new RegExp(`^${field}:\\s+(\\S+)`, 'm').exec(text)?.[1] ?? '');
  return { tracers: all('TracerPid').filter((tracer) => tracer !== '0'), states: all('State') };
}
const isLeftAlone = (pid: number): boolean => {
  const { tracers, states } = lookAtQemu(pid);
  return tracers.length === 0 && !states.some((state) => /^t/i.test(state));
};

test('the host’s flushes fail, wait and are counted as asked, device by device', async () => {
  using bench = new GuestBench();
  await using guest = await bench.boot([VIRTIO, VIRTIO, NVDIMM]);
  const died: unknown[] = [];
  void guest.death.then((death) => died.push(death));
  const { faults } = guest.host;
  expect(faults.refusal).toBeUndefined();
  expect(await guest.setUpPmem()).toEqual({ problems: [] });
  const [first = '', second = '', nvdimm = ''] = guest.devices.map(({ path }) => path);

  // All fail, on one device.
  const failing = await faults.attach({ devices: [0], error: 'EIO' });
  await expect(faults.attach({ devices: [1] })).rejects.toMatchObject({ code: 'fault-refused' });
  expect(await syncOn(guest, first)).toMatchObject(fails);
  expect(await syncOn(guest, second)).toMatchObject(passes);
  const seen = await failing.flushes();
  expect(seen.length).toBeGreaterThan(0);
  expect(new Set(seen.map(({ device, result, injected }) => `${device} ${result} ${injected}`))).toEqual(
    new Set(['0 EIO true']),
  );
  expect((await failing.detach()).length).toBeGreaterThanOrEqual(seen.length);
  expect(isLeftAlone(guest.pid)).toBe(true);
  expect(await syncOn(guest, first)).toMatchObject(passes);

  // Counted only. The flushes of an NVDIMM are instructions of the guest's CPU.
  const counting = await faults.attach({ devices: [1, 2] });
  for (let round = 0; round < 3; round += 1) expect(await syncOn(guest, second)).toMatchObject(passes);
  expect(await syncOn(guest, nvdimm)).toMatchObject(passes);
  const counted = await counting.flushes();
  expect(counted.map(({ device, result, injected }) => [device, result, injected])).toEqual(
    counted.map(() => [1, 'ok', false]),
  );
  const perSync = counted.length / 3;
  expect(perSync).toBeGreaterThanOrEqual(1);
  expect(counted.every(({ beganAtMs, endedAtMs }) => endedAtMs >= beganAtMs && beganAtMs > Date.now() - 300_000)).toBe(
    true,
  );
  await counting.detach();

  // A flush that waits is felt in the guest; detaching lets it go on.
  const slow = await faults.attach({ devices: [0], delayMs: 1500 });
  expect(await syncOn(guest, first)).toMatchObject(passes);
  const [delayed] = await slow.detach();
  expect(delayed).toMatchObject({ device: 0, result: 'ok', injected: true });
  expect((delayed?.endedAtMs ?? 0) - (delayed?.beganAtMs ?? 0)).toBeGreaterThanOrEqual(1500);

  expect(died).toEqual([]);
  expect(guest.takeProblems().filter(({ title }) => !title.includes('I/O error'))).toEqual([]);
});

test('exactly the Nth flush fails', async () => {
  using bench = new GuestBench();
  await using guest = await bench.boot([VIRTIO]);
  await guest.setUpPmem();
  const { faults } = guest.host;
  const disk = guest.devices[0]?.path ?? '';
  const flushesOf = async (count: number) => {
    const codes: number[] = [];
    for (let at = 0; at < count; at += 1) codes.push((await syncOn(guest, disk)).exitCode ?? -1);
    return codes;
  };
  for (const nth of [1, 2, 4]) {
    const watch = await faults.attach({ devices: [0], error: 'EIO', nth });
    const codes = await flushesOf(5);
    expect(codes.filter((code) => code !== 0)).toHaveLength(1);
    const flushes = await watch.detach();
    expect(flushes.flatMap(({ result, injected }, at) => (result === 'ok' && !injected ? [] : [at + 1]))).toEqual([
      nth,
    ]);
    expect(isLeftAlone(guest.pid)).toBe(true);
  }
  expect(await flushesOf(1)).toEqual([0]);
});

test('a long delay ends with its watch, kills no guest, and a tracer that is killed is no silence', async () => {
  using bench = new GuestBench();
  await using guest = await bench.boot([VIRTIO]);
  await guest.setUpPmem();
  const died: unknown[] = [];
  void guest.death.then((death) => died.push(death));
  const { faults } = guest.host;
  const disk = guest.devices[0]?.path ?? '';

  const slow = await faults.attach({ devices: [0], delayMs: 600_000 });
  const waiting = syncOn(guest, disk);
  // Longer than a guest may be silent for; it answers meanwhile.
  expect(await guest.exec('sleep 12; echo awake', { timeoutMs: 60_000 })).toMatchObject({ stdout: 'awake\n' });
  expect(await slow.flushes()).toEqual([]);
  const cut = await slow.detach();
  expect(cut).toMatchObject([{ device: 0, result: 'unseen' }]);
  expect(await slow.detach()).toEqual(cut);
  expect(await waiting).toMatchObject(passes);

  const watch = await faults.attach({ devices: [0], error: 'EIO' });
  const [tracer] = lookAtQemu(guest.pid).tracers;
  process.kill(Number(tracer), 'SIGKILL');
  await expect(watch.flushes()).rejects.toMatchObject({ name: 'InfraError', code: 'flush-faults' });
  await expect(watch.detach()).rejects.toMatchObject({ name: 'InfraError', code: 'flush-faults' });
  expect(await syncOn(guest, disk)).toMatchObject(passes);

  // A reset and a power cut end a watch, too.
  const lasting = await faults.attach({ devices: [0], error: 'EIO' });
  await guest.host.reset();
  await expect(lasting.flushes()).rejects.toMatchObject({ code: 'fault-refused' });
  expect(await lasting.detach()).toEqual([]);
  expect(await syncOn(guest, disk)).toMatchObject(passes);
  const last = await faults.attach({ devices: [0], delayMs: 600_000 });
  const [lastTracer] = lookAtQemu(guest.pid).tracers;
  void syncOn(guest, disk).catch(() => undefined);
  await guest.exec('sleep 2');
  await guest.host.kill();
  expect(await last.detach()).toMatchObject([{ result: 'unseen' }]);
  expect(existsSync(`/proc/${lastTracer}`)).toBe(false);
  expect(died).toEqual([]);
});

test('after a power loss of the host a device holds what was flushed, and nothing else', async () => {
  using bench = new GuestBench();
  await using guest = await bench.boot([VIRTIO, NVDIMM]);
  await guest.setUpPmem();
  const { host } = guest;
  // A boot may number the devices otherwise.
  const disk = () => guest.devices[0]?.path ?? '';
  // Its journal would else be committed every 5 s, with a flush of the device.
  const mount = () => `mkdir -p /mnt/pmem && mount -o dax=always,commit=3600 ${disk()} /mnt/pmem`;
  expect(await guest.exec(`mkfs.ext4 -q -b 4096 ${disk()} && sync`)).toMatchObject(passes);
  await expect(host.losePower()).rejects.toMatchObject({ code: 'fault-refused' });
  await expect(host.keepDurable(1)).rejects.toMatchObject({ code: 'fault-refused' });

  const image = await host.keepDurable(0);
  await expect(host.faults.attach({ devices: [0] })).rejects.toMatchObject({ code: 'fault-refused' });
  const write = `${mount()} && printf old > /mnt/pmem/file && printf kept > /mnt/pmem/synced && sync`;
  expect(await guest.exec(write, { timeoutMs: 120_000 })).toMatchObject(passes);
  expect(image.flushes).toBeGreaterThan(0);
  // By DAX straight into the file of the host, and flushed by nobody.
  expect(await guest.exec('printf new | dd of=/mnt/pmem/file conv=notrunc && cat /mnt/pmem/file')).toMatchObject({
    stdout: 'new',
  });
  await host.losePower();
  await expect(guest.exec('true')).rejects.toMatchObject({ code: 'guest-off' });
  expect(await host.powerOn()).toEqual({ problems: [] });
  expect(await guest.exec(`${mount()} && cat /mnt/pmem/synced /mnt/pmem/file`)).toMatchObject({ stdout: 'keptold' });
  expect(isLeftAlone(guest.pid)).toBe(true);

  // A power cut of the guest alone takes nothing from the host's file.
  const dropped = await host.keepDurable(0);
  await guest.exec('printf new | dd of=/mnt/pmem/file conv=notrunc');
  await host.powerCycle();
  await dropped[Symbol.asyncDispose]();
  expect(await guest.exec(`${mount()} && cat /mnt/pmem/synced /mnt/pmem/file`)).toMatchObject({ stdout: 'keptnew' });
  expect(readdirSync(bench.guestDir).filter((name) => name.includes('durable'))).toEqual([]);
});
