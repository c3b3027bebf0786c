import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { applyPatches } from './apply-patches.ts';
import { readPatches } from './read-patches.ts';

const context = { cacheDir: '/dev/null/none', log: () => undefined };

const diff = (from: string, to: string): string => `diff --git a/drivers/a.c b/drivers/a.c\n--- a/drivers/a.c\n+++ b/drivers/a.c\n@@ -1,3 +1,3 @@\n top\n-${from}\n+${to}\n bottom\n`;
const mail = (subject: string, body: string, encoding = '8bit'): string =>
  `From 0123456789012345678901234567890123456789 Mon Sep 17 00:00:00 2001\nFrom: A <a@b.c>\nDate: Tue, 1 Jan 2030 00:00:00 +0000\nSubject: [PATCH] ${subject}\nMIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: ${encoding}\n\nWords.\n\n---\n${body}-- \n2.39.5\n\n`;

async function newFolder(files: Readonly<Record<string, string>>): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'patch-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  await mkdir(join(dir, 'source/drivers'), { recursive: true });
  await writeFile(join(dir, 'source/drivers/a.c'), 'top\none\nbottom\n');
  for (const [name, text] of Object.entries(files)) await writeFile(join(dir, name), text);
  return dir;
}

const apply = async (dir: string, ...names: string[]): Promise<string> => {
  const patches = await readPatches(names.map((name) => join(dir, name)), context);
  await applyPatches(patches, join(dir, 'source'), context);
  return await readFile(join(dir, 'source/drivers/a.c'), 'utf8');
};

test('an mbox with a cover letter and a quoted-printable mail, then a plain diff, apply in order', async () => {
  const encoded = diff('two', 'three=').replaceAll(/=/g, '=3D');
  const dir = await newFolder({ 'series.mbox': mail('cover', '') + mail('a: one', diff('one', 'two')) + mail('a: two', encoded, 'quoted-printable'), 'last.diff': diff('three=', 'four') });
  expect(await apply(dir, 'series.mbox', 'last.diff')).toBe('top\nfour\nbottom\n');
});

test('the patch that does not apply is named with its place in the series and its hunk', async () => {
  const dir = await newFolder({ 'series.mbox': mail('a: one', diff('one', 'two')) + mail('a: bad', diff('nine', 'ten')) });
  await expect(apply(dir, 'series.mbox')).rejects.toMatchObject({
    code: 'patch-failed',
    message: [
      'The patch series.mbox (2 of 2, "a: bad") does not apply:',
      '  drivers/a.c:1: hunk 1 of 1 does not fit:',
      '    @@ -1,3 +1,3 @@',
      '     top',
      '    -nine',
      '    +ten',
      '     bottom',
    ].join('\n'),
  });
});

test('a file without a patch is refused', async () => {
  const dir = await newFolder({ 'letter.txt': 'Dear all,\n' });
  await expect(apply(dir, 'letter.txt')).rejects.toMatchObject({ code: 'no-patch' });
  await expect(apply(dir, 'none.diff')).rejects.toMatchObject({ code: 'unreadable-patch' });
});
