import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createMachine } from './machine.ts';
import { scriptedMachine } from './testing/scripted-machine.ts';

async function machineOf(script: string) {
  const dir = mkdtempSync(join(tmpdir(), 'pmemrig-machine-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  const options = scriptedMachine(dir, script);
  return { machine: await createMachine(options), dir: options.dir };
}

test('what a boot left on the pmem is there for the next one, and goes with the machine', async () => {
  const { dir, machine } = await machineOf('echo booted >&4; exit 1');
  const pmem = join(dir, 'pmem0.img');
  for (const content of ['first', 'second']) {
    await expect(machine.boot()).rejects.toMatchObject({ name: 'GuestDeath', kind: 'qemu-died' });
    writeFileSync(pmem, content, { flag: 'a' });
  }
  expect(readFileSync(pmem, 'utf8').replaceAll('\0', '')).toBe('firstsecond');
  expect(readFileSync(join(dir, 'console.log'), 'utf8')).toBe('booted\nbooted\n');
  expect(readdirSync(dir).toSorted()).toEqual(['console.log', 'initrd.cpio', 'pmem0.img', 'qemu.json']);
  await machine.dispose();
  await machine.dispose();
  expect(readdirSync(dir).toSorted()).toEqual(['console.log', 'qemu.json']);
});

test('a machine that is let go while it boots ends that boot, and boots no more', async () => {
  const { dir, machine } = await machineOf('exec sleep 100');
  const ended = machine.boot().catch((error: unknown) => error);
  await machine.dispose();
  expect(await ended).toMatchObject({ name: 'InfraError', code: 'guest-disposed' });
  await expect(machine.boot()).rejects.toMatchObject({ code: 'guest-disposed' });
  expect(readdirSync(dir).toSorted()).toEqual(['console.log', 'qemu.json']);
});

test('an interruption ends a boot, but not the machine', async () => {
  const { dir, machine } = await machineOf('exec sleep 100');
  const stop = new AbortController();
  const ended = machine.boot({ signal: stop.signal }).catch((error: unknown) => error);
  stop.abort(new Error('interrupted'));
  expect(await ended).toMatchObject({ message: 'interrupted' });
  expect(readdirSync(dir)).toContain('pmem0.img');
  await machine.dispose();
});
