import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { forkGuest } from '../guests/fork/fork-guest.ts';
import { type ForkWhen, openTemplates } from '../guests/fork/templates.ts';
import { createRunKeys } from '../guests/ssh/keys.ts';
import type { PmemDevice } from '../orchestrator/model/pmem.ts';
import { GuestBench } from './support/boot.ts';

const MIB = 2 ** 20;
/** Each leaves something else in a guest that has booted: labels, queues, a disk, RAM of the guest's own. */
const DEVICES: readonly PmemDevice[] = [
  { kind: 'nvdimm', sizeBytes: 64 * MIB, namespace: 'fsdax', labelSizeBytes: 2 * MIB },
  { kind: 'virtio-pmem', sizeBytes: 64 * MIB },
  { kind: 'virtio-blk', sizeBytes: 16 * MIB },
  { kind: 'e820', sizeBytes: 64 * MIB, namespace: 'fsdax' },
];
/** What no two guests may have in common, and what all share. */
const IDENTITY =
  'cat /etc/ssh/ssh_host_ed25519_key.pub; cat /usr/lib/pmemrig/token; head -c 16 /dev/urandom | od -An -tx1';
const PLACE = 'cat /proc/cmdline; ls /sys/block; ls /usr/lib/pmemrig; mount | wc -l; hostname';

/** Guests of one kind, each with keys of its own, and a cache for their templates alone. */
function newKind() {
  const bench = new GuestBench();
  const cacheDir = mkdtempSync(join(tmpdir(), 'pmemrig-templates-'));
  onTestFinished(() => {
    bench[Symbol.dispose]();
    rmSync(cacheDir, { recursive: true });
  });
  const notes: string[] = [];
  const templates = openTemplates({ cacheDir, log: () => undefined, note: (text) => void notes.push(text) });
  const start = async (when: ForkWhen) =>
    bench.boot(DEVICES, {
      keys: createRunKeys(),
      guest: { cpus: 1, memoryBytes: 512 * MIB, append: [] },
      start: async (options) => forkGuest(options, templates, when),
    });
  const fileOf = (name: string): string => {
    const entry = readdirSync(join(cacheDir, 'templates')).find((key) => !key.includes('.')) ?? '';
    return join(cacheDir, 'templates', entry, name);
  };
  return { bench, cacheDir, fileOf, notes, start };
}

test('a fork is a guest of its own, as one that has booted; a template that is spoilt costs a note', async () => {
  const { bench, cacheDir, fileOf, notes, start } = newKind();
  const identities: string[] = [];
  const places: string[] = [];
  for (const count of [1, 2, 3]) {
    await using guest = await start('seen');
    // The first of its kind boots, the second finds that a template is due.
    expect(guest.template === undefined).toBe(count === 1);
    expect(await guest.setUpPmem()).toEqual({ problems: [] });
    expect(guest.devices.map(({ mode, dax }) => (dax ? `${mode} with DAX` : mode))).toEqual(
      DEVICES.map(({ kind }) => (kind === 'virtio-blk' ? 'block' : 'fsdax with DAX')),
    );
    // What the guest flushes reaches its host.
    for (const { path } of guest.devices)
      expect((await guest.exec(`dd if=/dev/zero of=${path} bs=4k count=1 conv=fsync`)).exitCode).toBe(0);
    expect(await guest.mark('end')).toMatchObject({ onConsole: true, lost: 0 });
    expect(guest.takeProblems()).toEqual([]);
    identities.push(...(await guest.ask(IDENTITY)).trim().split('\n'));
    places.push(await guest.ask(PLACE));
    expect(Math.abs(Number(await guest.ask('date +%s')) - Date.now() / 1000)).toBeLessThan(5);
    expect(readFileSync(join(bench.guestDir, 'console.log'), 'utf8')).toMatch(/^[^]*Linux version [^]* ready\r?\n/);
  }
  expect(new Set(identities).size).toBe(9);
  expect(new Set(places).size).toBe(1);
  expect(notes).toEqual([]);
  expect(readdirSync(bench.guestDir).toSorted()).toEqual(['console.log', 'dmesg.log', 'qemu.json']);

  // Zeros in place of the kernel: QEMU takes them, and the guest dies at once.
  truncateSync(fileOf('ram'), 0);
  truncateSync(fileOf('ram'), (512 + 64) * MIB);
  {
    await using guest = await start('always');
    expect(guest.template).toBeUndefined();
    expect(await guest.ask('echo alive')).toBe('alive\n');
  }
  expect(notes.splice(0)).toEqual([expect.stringMatching(/^the template \w+ was removed, as a guest did not come up/)]);
  expect(readdirSync(join(cacheDir, 'templates'))).toEqual([]);
});
