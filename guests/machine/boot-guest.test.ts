import { mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { bootGuest } from './boot-guest.ts';
import { scriptedMachine } from './testing/scripted-machine.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'pmemrig-start-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

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
])('%s is reported as such, and only its logs stay', async (_what, script, error) => {
  await expect(bootGuest(scriptedMachine(dir, script))).rejects.toMatchObject(error);
  expect(readdirSync(join(dir, 'guest')).toSorted()).toEqual(['console.log', 'qemu.json']);
});

test('a disk that is full when a guest is to start is the fault of the host', async () => {
  const options = scriptedMachine(dir, 'exit 0');
  symlinkSync('/dev/full', join(dir, 'guest', 'qemu.json'));
  await expect(bootGuest(options)).rejects.toMatchObject({
    name: 'InfraError',
    code: 'disk-full',
    message: `the files of a guest cannot be written to ${join(dir, 'guest')}: the disk is full`,
  });
  expect(readdirSync(join(dir, 'guest'))).toEqual(['qemu.json']);
});

test('files of a guest that cannot be written for another reason are too', async () => {
  const options = scriptedMachine(dir, 'exit 0');
  rmSync(options.kernel.initramfs);
  await expect(bootGuest(options)).rejects.toMatchObject({
    name: 'InfraError',
    code: 'host-files',
    message: expect.stringContaining('ENOENT') as string,
  });
});
