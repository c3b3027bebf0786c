import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createBackingFiles, removeFiles } from './backing-files.ts';

const dir = mkdtempSync(join(tmpdir(), 'pmemrig-backing-'));
afterAll(() => rmSync(dir, { recursive: true }));

test('files are sparse, of the exact size, and nobody else can read them', async () => {
  const path = join(dir, 'pmem0.img');
  await createBackingFiles([{ path, sizeBytes: 2 ** 24 + 4096 }], dir);
  const { blocks, mode, size } = statSync(path);
  expect({ blocks, mode: mode & 0o777, size }).toEqual({ blocks: 0, mode: 0o600, size: 2 ** 24 + 4096 });
  await removeFiles([path, join(dir, 'never-made')]);
  expect(() => statSync(path)).toThrow('ENOENT');
});

test('more than the disk could hold is refused before a guest is killed by it: the fault of the host, which had room when the run began', async () => {
  await expect(createBackingFiles([{ path: join(dir, 'huge'), sizeBytes: 2 ** 52 }], dir)).rejects.toMatchObject({
    name: 'InfraError',
    code: 'disk-full',
    message: expect.stringMatching(/^the pmem devices need 4096T of disk, but the host has \S+ free at /) as string,
  });
});
