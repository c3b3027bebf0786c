import { mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { composeRecord, copyDisks, keepDisks, readTemplate } from './template.ts';

async function newFolder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'template-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  return dir;
}

async function newTemplate(): Promise<string> {
  const dir = await newFolder();
  await writeFile(join(dir, 'ram'), '');
  await writeFile(join(dir, 'state'), 'devices');
  await writeFile(join(dir, 'console.log'), 'Linux version 6.1');
  await writeFile(join(dir, 'template.json'), composeRecord(Buffer.from('devices'), { kernel: '6.1' }));
  return dir;
}

test('a template is read whole, but for its RAM', async () => {
  const dir = await newTemplate();
  expect(await readTemplate(dir, 'key')).toEqual({
    key: 'key',
    dir,
    ram: join(dir, 'ram'),
    state: Buffer.from('devices'),
    console: Buffer.from('Linux version 6.1'),
  });
});

test.each([
  ['state', 'devicez', 'state is not what it was when it was made'],
  ['template.json', '{', 'state is not what it was when it was made'],
])('a template whose %s is other than it was is refused', async (name, content, words) => {
  const dir = await newTemplate();
  await writeFile(join(dir, name), content);
  await expect(readTemplate(dir, 'key')).rejects.toThrow(words);
});

test('a template that lost a file is refused', async () => {
  const dir = await newTemplate();
  await rm(join(dir, 'console.log'));
  await expect(readTemplate(dir, 'key')).rejects.toThrow(/^it cannot be read: .*console\.log/);
});

test('only the disks that hold something are kept, and a fork has them as they were left', async () => {
  const [dir, fork] = [await newFolder(), await newFolder()];
  for (const name of ['pmem0.img', 'results.img']) {
    await writeFile(join(dir, name), '');
    await truncate(join(dir, name), 2 ** 20);
  }
  await writeFile(join(dir, 'results.img'), 'a file system', { flag: 'r+' });
  await writeFile(join(fork, 'pmem0.img'), '');
  await truncate(join(fork, 'pmem0.img'), 2 ** 20);

  await keepDisks([join(dir, 'pmem0.img'), join(dir, 'results.img')]);
  await expect(stat(join(dir, 'pmem0.img'))).rejects.toMatchObject({ code: 'ENOENT' });
  await copyDisks({ dir }, [join(fork, 'pmem0.img'), join(fork, 'results.img')]);
  expect(await stat(join(fork, 'pmem0.img'))).toMatchObject({ size: 2 ** 20, blocks: 0 });
  const copy = await readFile(join(fork, 'results.img'));
  expect(copy.length).toBe(2 ** 20);
  expect(copy.subarray(0, 13).toString()).toBe('a file system');
});
