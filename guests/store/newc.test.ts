import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, onTestFinished, test } from 'vitest';
import { writeNewc } from './newc.ts';

const file = (path: string, text: string) => ({ type: 'file', path, mode: 0o640, content: Buffer.from(text) }) as const;

test('an archive starts with the newc magic and is padded to 512 bytes', () => {
  const archive = writeNewc([file('a', 'x')]);
  expect(archive.toString('latin1', 0, 6)).toBe('070701');
  expect(archive.length % 512).toBe(0);
});

test('the same entries give the same bytes', () => {
  expect(writeNewc([file('a/b', '1')]).equals(writeNewc([file('a/b', '1')]))).toBe(true);
});

test('each folder on the way comes once, before what is in it', () => {
  const names = [
    ...writeNewc([file('a/b/c', ''), file('a/b/d', '')])
      .toString('latin1')
      .matchAll(/070701[0-9a-f]{104}([^\0]+)\0/g),
  ].map((match) => match[1]);
  expect(names).toStrictEqual(['a', 'a/b', 'a/b/c', 'a/b/d', 'TRAILER!!!']);
});

// The kernel itself unpacks such archives in every guest test; cpio is a second opinion.
test('cpio unpacks names, contents of every length, modes and links as they went in', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'newc-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  const contents = ['', '1', '12', '123', '1234', 'x'.repeat(1000)];
  const entries = [
    ...contents.map((text) => file(`folder/of-${text.length}`, text)),
    { type: 'symlink', path: 'link', target: 'folder/of-3' } as const,
  ];
  await execa('cpio', ['--extract', '--quiet'], { cwd: dir, input: writeNewc(entries) });
  expect(
    await Promise.all(contents.map((text) => readFile(join(dir, `folder/of-${text.length}`), 'utf8'))),
  ).toStrictEqual(contents);
  expect(await readFile(join(dir, 'link'), 'utf8')).toBe('123');
  expect((await stat(join(dir, 'folder/of-3'))).mode & 0o7777).toBe(0o640);
});

test('a device node carries its numbers', () => {
  const text = writeNewc([{ type: 'char', path: 'null', mode: 0o666, major: 1, minor: 3 }]).toString('latin1');
  // c_mode, then c_rmaj and c_rmin (fields 2, 10 and 11 after the magic).
  expect(text.slice(14, 22)).toBe('000021b6');
  expect(text.slice(78, 94)).toBe('0000000100000003');
});
