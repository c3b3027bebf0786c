import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { buildGuestTool } from '../guests/guest-tools/build-guest-tool.ts';
import { cacheDir } from '../orchestrator/model/paths.ts';
import type { PmemDevice } from '../orchestrator/model/pmem.ts';
import { GuestBench } from './support/boot.ts';

const NVDIMM: PmemDevice = { kind: 'nvdimm', sizeBytes: 2 ** 28, namespace: 'fsdax', labelSizeBytes: 2 * 2 ** 20 };
const MOUNT = 'mkdir -p /mnt/pmem && mount -o dax=always /dev/pmem0 /mnt/pmem';
const SYNCED = 'what fsync has acknowledged';

test('a machine that loses its power, is reset or paused keeps its pmem, and no death is charged for it', async () => {
  using bench = new GuestBench();
  await using guest = await bench.boot([NVDIMM]);
  const died: unknown[] = [];
  void guest.death.then((death) => died.push(death));
  expect(await guest.setUpPmem()).toEqual({ problems: [] });
  const [before] = guest.devices;
  const write = await guest.exec(
    `mkfs.ext4 -q -b 4096 /dev/pmem0 && ${MOUNT} && printf '${SYNCED}' > /mnt/pmem/file && sync /mnt/pmem/file`,
  );
  expect(write).toMatchObject({ exitCode: 0, stderr: '' });
  const firstPid = guest.pid;

  // With a command in the guest, whose end is not the guest's.
  const running = guest.exec('sleep 1000').then(
    () => 'ended',
    (error: unknown) => (error as { code?: string }).code,
  );
  expect(await guest.host.powerCycle()).toEqual({ problems: [] });
  expect(await running).toBe('guest-off');
  expect(guest.pid).not.toBe(firstPid);
  expect(guest.devices).toEqual([before]);
  expect(await guest.exec(`${MOUNT} && cat /mnt/pmem/file`)).toMatchObject({ exitCode: 0, stdout: SYNCED });
  expect(await guest.mark('after the power cut')).toMatchObject({ onConsole: true });
  expect(guest.takeProblems()).toEqual([]);

  const secondPid = guest.pid;
  expect(await guest.host.reset()).toEqual({ problems: [] });
  expect(guest.pid).toBe(secondPid);
  expect(await guest.exec(`${MOUNT} && cat /mnt/pmem/file`)).toMatchObject({ exitCode: 0, stdout: SYNCED });
  expect(await guest.exec('cut -d. -f1 /proc/uptime')).toMatchObject({ stdout: expect.stringMatching(/^\d{1,2}\n$/) });

  // Longer than a guest may be silent, and than its command may take.
  const paused = guest.exec('sleep 2; echo awake', { timeoutMs: 6_000 });
  await guest.host.pause();
  await sleep(14_000);
  await expect(guest.ask('true')).rejects.toMatchObject({ code: 'guest-paused' });
  await guest.host.resume();
  expect(await paused).toMatchObject({ timedOut: false, stdout: 'awake\n' });
  expect(guest.pausedMs).toBeGreaterThanOrEqual(14_000);

  await guest.host.kill();
  await expect(guest.exec('true')).rejects.toMatchObject({ code: 'guest-off' });
  expect(died).toEqual([]);
  const boots = readFileSync(join(bench.guestDir, 'console.log'), 'utf8').match(/Linux version /g);
  expect(boots).toHaveLength(3);
});

test('a boot that the guest begins by kexec is followed, and its panic is a death', async () => {
  using bench = new GuestBench();
  await using guest = await bench.boot([NVDIMM]);
  expect(await guest.setUpPmem()).toEqual({ problems: [] });
  const [before] = guest.devices;
  const tool = await buildGuestTool({ cacheDir: cacheDir(), log: () => undefined });
  if (tool.kind !== 'built') throw new Error(tool.reason);
  const { bootFiles } = guest.host;
  const bootId = await guest.ask('cat /proc/sys/kernel/random/boot_id');
  const firstPid = guest.pid;
  const load = async (more: string) => {
    await guest.upload(tool.path, '/run/tool');
    await guest.upload(bootFiles.kernel, '/run/kernel');
    await guest.upload(bootFiles.initramfs, '/run/initramfs');
    return guest.exec(`/run/tool kexec-load /run/kernel /run/initramfs "$(cat /proc/cmdline)${more}"`);
  };
  expect(await load('')).toMatchObject({ stdout: 'ok\n' });
  const running = guest.exec('sleep 1000').catch((error: unknown) => (error as { code?: string }).code);
  expect(await guest.host.followBoot(async () => guest.exec('/run/tool kexec'))).toEqual({ problems: [] });
  expect(await running).toBe('guest-reset');
  expect(await guest.ask('cat /proc/sys/kernel/random/boot_id')).not.toBe(bootId);
  expect([guest.pid, guest.devices]).toEqual([firstPid, [before]]);
  expect(await guest.mark('after kexec')).toMatchObject({ onConsole: true });
  expect(guest.takeProblems()).toEqual([]);

  // A switch of the machine finds it as it was.
  expect(await guest.host.reset()).toEqual({ problems: [] });
  expect(await load(' init=/nowhere rdinit=/nowhere root=/dev/nowhere')).toMatchObject({ stdout: 'ok\n' });
  const failing = guest.host.followBoot(async () => guest.exec('/run/tool kexec'));
  await expect(failing).rejects.toMatchObject({ name: 'GuestDeath', kind: 'panic' });
  expect(await guest.death).toMatchObject({ kind: 'panic' });
});

test('a guest that begins no boot is switched off', async () => {
  using bench = new GuestBench();
  await using guest = await bench.boot([]);
  await expect(guest.host.followBoot(async () => guest.exec('true'))).rejects.toMatchObject({ code: 'boot-not-begun' });
  await guest.host.powerOn();
  expect(await guest.ask('echo again')).toBe('again\n');
});

test('a panic after a power cut is a death like any other', async () => {
  using bench = new GuestBench();
  await using guest = await bench.boot([]);
  await guest.host.powerCycle();
  await guest.exec('echo c > /proc/sysrq-trigger').catch(() => undefined);
  expect(await guest.death).toMatchObject({ kind: 'panic' });
});
