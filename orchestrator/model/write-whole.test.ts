import { mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { linkWhole, putInPlace, writeWhole } from './write-whole.ts';

async function makeFolder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'write-whole-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  return dir;
}

function* failHalfway(): Generator<string> {
  yield 'new';
  throw new Error('no more');
}

test.each([
  ['text', 'é\n', 'é\n'],
  ['bytes', Uint8Array.of(0xc3, 0xa9), 'é'],
  ['pieces', ['é', '', '\n'], 'é\n'],
  ['pieces beyond one write', ['a'.repeat(2 ** 16 - 1), 'é', 'b'], `${'a'.repeat(2 ** 16 - 1)}éb`],
])(
  'a reader who has the old file open keeps it, and nothing is left beside the new one: %s',
  async (_, content, text) => {
    const dir = await makeFolder();
    const path = join(dir, 'report');
    await writeFile(path, 'old');
    const { ino } = await stat(path);
    await writeWhole(path, content);
    expect(await readFile(path, 'utf8')).toBe(text);
    expect((await stat(path)).ino).not.toBe(ino);
    expect(await readdir(dir)).toStrictEqual(['report']);
  },
);

test('an encoding keeps the bytes of a patch that is no UTF-8', async () => {
  const path = join(await makeFolder(), '0001.patch');
  await writeWhole(path, '\xe9', 'latin1');
  expect([...(await readFile(path))]).toStrictEqual([0xe9]);
});

test('pieces that fail halfway leave the old file, and nothing beside it', async () => {
  const dir = await makeFolder();
  const path = join(dir, 'report');
  await writeFile(path, 'old');
  await expect(writeWhole(path, failHalfway())).rejects.toThrow('no more');
  expect(await readFile(path, 'utf8')).toBe('old');
  expect(await readdir(dir)).toStrictEqual(['report']);
});

test('a link is pointed elsewhere, and two that do it at once do not meet', async () => {
  const dir = await makeFolder();
  const path = join(dir, 'latest');
  await linkWhole(path, 'first');
  await Promise.all([linkWhole(path, 'second'), linkWhole(path, 'second')]);
  expect(await readlink(path)).toBe('second');
  expect(await readdir(dir)).toStrictEqual(['latest']);
});

test('a folder in the way stays', async () => {
  const dir = await makeFolder();
  await mkdir(join(dir, 'latest'));
  await expect(linkWhole(join(dir, 'latest'), 'first')).rejects.toMatchObject({ syscall: 'rename' });
  expect(await readdir(dir)).toStrictEqual(['latest']);
});

test('what is being made has a hidden name in the same folder', async () => {
  const dir = await makeFolder();
  let during: readonly string[] = [];
  await putInPlace(join(dir, 'report'), async (aside) => {
    await writeFile(aside, '');
    during = await readdir(dir);
  });
  expect(during).toStrictEqual([expect.stringMatching(/^\.report\..*\.tmp$/)]);
});
