import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { findQemu, parseQemuVersion } from './find-qemu.ts';

const dir = mkdtempSync(join(tmpdir(), 'pmemrig-find-qemu-'));
afterAll(() => rmSync(dir, { recursive: true }));

function fakeQemu(name: string, output: string, status = 0): string {
  const path = join(dir, name);
  writeFileSync(path, `#!/bin/sh\nprintf '%s\\n' '${output}'\nexit ${status}\n`);
  chmodSync(path, 0o755);
  return path;
}

test.each([
  ['QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7+deb12u18+b3)\nCopyright (c) 2003-2022', '7.2.22'],
  ['QEMU emulator version 10.0.3 (qemu-10.0.3-1.fc43)', '10.0.3'],
  ['QEMU emulator version 9.2.50 (v9.2.0-1234-gabcdef)', '9.2.50'],
  ['busybox', undefined],
])('version of %j', (output, version) => expect(parseQemuVersion(output)).toBe(version));

test('$PMEMRIG_QEMU wins over the matrix, which wins over $PATH', async () => {
  const first = fakeQemu('first', 'QEMU emulator version 8.0.0');
  const second = fakeQemu('second', 'QEMU emulator version 8.1.0');
  fakeQemu('qemu-system-x86_64', 'QEMU emulator version 8.2.0');
  expect(await findQemu({ explicit: second, env: { PMEMRIG_QEMU: first, PATH: dir } })).toEqual({
    path: first,
    version: '8.0.0',
  });
  expect(await findQemu({ explicit: second, env: { PATH: dir } })).toMatchObject({ version: '8.1.0' });
  expect(await findQemu({ env: { PATH: dir } })).toEqual({ path: join(dir, 'qemu-system-x86_64'), version: '8.2.0' });
});

test('a path that is wrong is an error, never silently another QEMU', async () => {
  await expect(findQemu({ explicit: '/nonexistent/qemu', env: { PATH: dir } })).rejects.toMatchObject({
    code: 'no-qemu',
    message: '`qemu:` in the matrix names /nonexistent/qemu, which is no program that can be run',
  });
});

test('no QEMU is the fault of the host, with the way out', async () => {
  await expect(findQemu({ env: { PATH: '/nonexistent' } })).rejects.toMatchObject({
    name: 'InfraError',
    code: 'no-qemu',
    message: 'qemu-system-x86_64 is not installed',
    remedy: expect.stringContaining('apt install qemu-system-x86') as string,
  });
});

test('a QEMU that is too old or no QEMU at all is refused', async () => {
  await expect(findQemu({ explicit: fakeQemu('old', 'QEMU emulator version 5.2.0'), env: {} })).rejects.toMatchObject({
    code: 'qemu-too-old',
  });
  await expect(
    findQemu({ explicit: fakeQemu('broken', 'cannot open shared object', 127), env: {} }),
  ).rejects.toMatchObject({ code: 'no-qemu' });
});
