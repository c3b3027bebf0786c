import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { applyPatches } from './apply-patches.ts';
import { readPatches } from '../patches/read-patches.ts';

const context = { cacheDir: '/dev/null/none', log: () => undefined };

const diff = (from: string, to: string): string =>
  `diff --git a/drivers/a.c b/drivers/a.c\n--- a/drivers/a.c\n+++ b/drivers/a.c\n@@ -1,3 +1,3 @@\n top\n-${from}\n+${to}\n bottom\n`;
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
  const patches = await readPatches(
    names.map((name) => join(dir, name)),
    context,
  );
  await applyPatches(patches, join(dir, 'source'), context);
  return await readFile(join(dir, 'source/drivers/a.c'), 'utf8');
};

test('an mbox with a cover letter and a quoted-printable mail, then a plain diff, apply in order', async () => {
  const encoded = diff('two', 'three=').replaceAll(/=/g, '=3D');
  const dir = await newFolder({
    'series.mbox': mail('cover', '') + mail('a: one', diff('one', 'two')) + mail('a: two', encoded, 'quoted-printable'),
    'last.diff': diff('three=', 'four'),
  });
  expect(await apply(dir, 'series.mbox', 'last.diff')).toBe('top\nfour\nbottom\n');
});

test('the patch that does not apply is named with its place in the series and its hunk', async () => {
  const dir = await newFolder({
    'series.mbox': mail('a: one', diff('one', 'two')) + mail('a: bad', diff('nine', 'ten')),
  });
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

test('an mbox of several versions, with answers, gives the newest alone', async () => {
  const dir = await newFolder({
    'thread.mbox':
      mail('a: x', diff('one', 'old')).replace('[PATCH]', '[PATCH]') +
      mail('a: x', diff('one', 'new')).replace('[PATCH]', '[PATCHv2]') +
      mail('a: x', diff('one', 'answer')).replace('[PATCH]', 'Re: [PATCHv2]'),
  });
  expect(await apply(dir, 'thread.mbox')).toBe('top\nnew\nbottom\n');
  const notes: string[] = [];
  await readPatches([join(dir, 'thread.mbox')], { ...context, note: (text) => void notes.push(text) });
  expect(notes).toEqual(['thread.mbox: the mails hold version 1 of the series, too: version 2 is tested']);
});

test.each([
  ['a mail in CRLF', mail('a: one', diff('one', 'two')).replaceAll('\n', '\r\n')],
  ['a diff in CRLF', diff('one', 'two').replaceAll('\n', '\r\n')],
  [
    'CRLF inside base64',
    mail('a: one', '', 'base64').replace(
      /\n\nWords[^]*/,
      `\n\n${Buffer.from(`Words.\n---\n${diff('one', 'two')}`.replaceAll('\n', '\r\n')).toString('base64')}\n`,
    ),
  ],
  ['a diff without prefixes', diff('one', 'two').replaceAll(/\b[ab]\/(?=drivers)/g, '')],
  [
    'a diff with diff.mnemonicPrefix',
    diff('one', 'two').replaceAll('a/drivers', 'i/drivers').replaceAll('b/drivers', 'w/drivers'),
  ],
])('%s applies', async (_, text) => {
  expect(await apply(await newFolder({ 'fix.patch': text }), 'fix.patch')).toBe('top\ntwo\nbottom\n');
});

test('the CRs of a file that has some stay', async () => {
  const dir = await newFolder({
    'fix.patch': diff('one\r', 'two\r').replace(' top\n', ' top\r\n').replace(' bottom\n', ' bottom\r\n'),
  });
  await writeFile(join(dir, 'source/drivers/a.c'), 'top\r\none\r\nbottom\r\n');
  expect(await apply(dir, 'fix.patch')).toBe('top\r\ntwo\r\nbottom\r\n');
});

test('bytes stay what they are, in any charset', async () => {
  const dir = await newFolder({});
  const bytes = Buffer.from(diff('caf\u00e9 \u0080\u00ff', 'th\u00e9 \u00fe'), 'latin1');
  await writeFile(join(dir, 'source/drivers/a.c'), Buffer.from('top\ncaf\u00e9 \u0080\u00ff\nbottom\n', 'latin1'));
  await writeFile(
    join(dir, 'fix.eml'),
    Buffer.concat([
      Buffer.from(mail('a: one', '').replace('UTF-8', 'x-nobody-knows').split('---\n')[0] ?? ''),
      Buffer.from('---\n'),
      bytes,
    ]),
  );
  await apply(dir, 'fix.eml');
  expect((await readFile(join(dir, 'source/drivers/a.c'))).toString('latin1')).toBe('top\nth\u00e9 \u00fe\nbottom\n');
});

test.each([
  [
    'wrapped lines',
    diff('one', 'a long line that a mail program\nhas wrapped'),
    /a mail program has wrapped its lines/,
  ],
  ['tabs made blanks', diff('\tone', '\ttwo').replaceAll('\t', '        '), /a mail program has changed the patch/],
  ['CRs on some lines', diff('\tone\r', '\ttwo\r'), /the mail program has put them there/],
  ['another base', diff('nine', 'two'), /rebase the patch on this source/],
])('%s: the remedy names the cause', async (_, text, remedy) => {
  const dir = await newFolder({ 'fix.patch': text });
  await writeFile(join(dir, 'source/drivers/a.c'), 'top\n\tone\nbottom\n');
  await expect(apply(dir, 'fix.patch')).rejects.toMatchObject({
    code: 'patch-failed',
    remedy: expect.stringMatching(remedy),
  });
});

const copy = (from: string, to = 'drivers/b.c'): string =>
  `diff --git a/${from} b/${to}\nsimilarity index 100%\ncopy from ${from}\ncopy to ${to}\n`;
const link = (name: string, target: string): string =>
  `diff --git a/${name} b/${name}\nnew file mode 120000\n--- /dev/null\n+++ b/${name}\n@@ -0,0 +1 @@\n+${target}\n\\ No newline at end of file\n`;

test.each([
  ['a copy from outside', [copy('../secret')]],
  ['a copy by an absolute name', [copy('/etc/hostname')]],
  ['a copy by a quoted name', [copy('../secret').replace('copy from ../secret', 'copy from "\\056\\056/secret"')]],
  ['a rename from outside', [copy('../secret').replaceAll('copy ', 'rename ')]],
  ['a copy by way of a link in the tree', [copy('out/secret')]],
  ['a link to outside', [link('drivers/l', '../../secret')]],
  ['an absolute link', [link('drivers/l', '/etc')]],
  ['a link by way of a link', [link('up', 'drivers/..'), link('l', 'up/../secret')]],
  [
    'a link whose mode stands behind its name',
    [
      'diff --git a/drivers/l b/drivers/l\n+++ b/drivers/l\nnew file mode 120000\n@@ -0,0 +1 @@\n+/etc\n\\ No newline at end of file\n',
    ],
  ],
  ['a link whose name is not UTF-8', [link('drivers/l', '/etc').replaceAll(/([ab]\/drivers\/l)/g, '"$1\\377"')]],
  [
    'a link made of a file',
    [
      'diff --git a/drivers/a.c b/drivers/a.c\ndeleted file mode 100644\n--- a/drivers/a.c\n+++ /dev/null\n@@ -1,3 +0,0 @@\n-top\n-one\n-bottom\n' +
        link('drivers/a.c', '/etc'),
    ],
  ],
  [
    'a link that a rename moves',
    [
      link('drivers/l', '../x'),
      'diff --git a/drivers/l b/l\nsimilarity index 100%\nrename from drivers/l\nrename to l\n',
    ],
  ],
])('%s is refused', async (_, diffs) => {
  const names = diffs.map((__, index) => `${index}.diff`);
  const dir = await newFolder({
    secret: 'secret\n',
    ...Object.fromEntries(diffs.map((text, index) => [`${index}.diff`, text])),
  });
  await symlink('..', join(dir, 'source/out'));
  await expect(apply(dir, ...names)).rejects.toMatchObject({ code: expect.stringMatching(/patch-outside/) });
});

test('copies, renames and links inside the tree apply', async () => {
  const dir = await newFolder({
    'a.diff': copy('drivers/a.c'),
    'b.diff': link('drivers/l', '../drivers/b.c'),
    'c.diff': link('m', './drivers/l'),
  });
  await apply(dir, 'a.diff', 'b.diff', 'c.diff');
  expect(await readFile(join(dir, 'source/m'), 'utf8')).toBe('top\none\nbottom\n');
});
