import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parseDotConfig } from '../kconfig/dot-config.ts';
import { estimateBuildBytes, requireSpace } from './build-space.ts';

const GIB = 2 ** 30;

function configOf(options: number, debug: string) {
  return parseDotConfig(
    Array.from({ length: options }, (_, index) => `CONFIG_O${index}=${index % 2 === 0 ? 'y' : 'm'}`).join('\n') +
      `\nCONFIG_NUMBER=7\n${debug}`,
  );
}

test('a whole distribution needs many times what a tiny kernel does, and full debug information more', () => {
  const reduced = 'CONFIG_DEBUG_INFO=y\nCONFIG_DEBUG_INFO_REDUCED=y\n';
  expect(estimateBuildBytes(configOf(680, reduced)) / GIB).toBeLessThan(1.6);
  expect(estimateBuildBytes(configOf(6290, reduced)) / GIB).toBeGreaterThan(7);
  expect(estimateBuildBytes(configOf(6290, 'CONFIG_DEBUG_INFO=y\n')) / GIB).toBeGreaterThan(20);
});

test('a disk with less free is refused, with what is wanted and what there is', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'space-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  await expect(requireSpace(dir, 1)).resolves.toBeUndefined();
  await expect(requireSpace(dir, 2 ** 60)).rejects.toMatchObject({
    code: 'disk-full',
    message: expect.stringMatching(/^This kernel's build needs 1073741824\.0 GiB, and only \d+\.\d are free in /),
  });
});
