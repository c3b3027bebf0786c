import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createRunKeys } from '../ssh/keys.ts';
import { bootGuest } from './boot-guest.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'pmemrig-start-'));
  mkdirSync(join(dir, 'guest'));
  writeFileSync(join(dir, 'initramfs'), '');
});
afterEach(() => rmSync(dir, { recursive: true }));

/**
 * Boots a QEMU that is a script: QMP is its descriptor 3, the console 4. It has sent its greeting and left negotiation
 * mode.
 */
function boot(script: string) {
  const path = join(dir, 'qemu');
  writeFileSync(
    path,
    `#!/bin/sh\necho '{"QMP": {}}' >&3; read -r line <&3; echo '{"return": {}, "id": 1}' >&3\n${script}\n`,
  );
  chmodSync(path, 0o755);
  return bootGuest({
    id: 1,
    kernel: {
      name: 'k',
      image: '/k/bzImage',
      release: '6.1',
      description: '',
      initramfs: join(dir, 'initramfs'),
      digest: '',
      notes: [],
    },
    image: { name: 'i', disk: '/i/root.ext4', description: '', digest: '', notes: [] },
    topology: { name: 't', devices: [{ kind: 'virtio-pmem', sizeBytes: 2 ** 20 }] },
    guest: { cpus: 1, memoryBytes: 2 ** 28, append: [] },
    qemu: { path, version: '7.2.0' },
    accelerator: 'kvm',
    keys: createRunKeys(),
    dir: join(dir, 'guest'),
  });
}

test.each([
  [
    'a QEMU that dies before it has named its port',
    'exit 1',
    { name: 'GuestDeath', kind: 'qemu-died', message: 'QEMU exited with status 1' },
  ],
  [
    'a QEMU that prints what nobody understands',
    `read -r line <&3; echo '{"return": 7, "id": 2}' >&3; exec sleep 20`,
    {
      name: 'InfraError',
      code: 'qemu-start',
      message: expect.stringMatching(/^QEMU did not report how it set up a guest: .*expected string/) as string,
    },
  ],
])('%s is told as such, and only its logs stay', async (_what, script, error) => {
  await expect(boot(script)).rejects.toMatchObject(error);
  expect(readdirSync(join(dir, 'guest')).toSorted()).toEqual(['console.log', 'qemu.json']);
});

test('a disk that is full when a guest is to start is the fault of the host', async () => {
  symlinkSync('/dev/full', join(dir, 'guest', 'qemu.json'));
  await expect(boot('exit 0')).rejects.toMatchObject({
    name: 'InfraError',
    code: 'disk-full',
    message: `the files of a guest cannot be written to ${join(dir, 'guest')}: the disk is full`,
  });
  expect(readdirSync(join(dir, 'guest'))).toEqual(['qemu.json']);
});

test('files of a guest that cannot be written for another reason are too', async () => {
  rmSync(join(dir, 'initramfs'));
  await expect(boot('exit 0')).rejects.toMatchObject({
    name: 'InfraError',
    code: 'host-files',
    message: expect.stringContaining('ENOENT') as string,
  });
});
