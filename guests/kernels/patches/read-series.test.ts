import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { PACKAGE_ROOT } from '../../../orchestrator/model/package-root.ts';
import { readSeries } from './read-series.ts';

const dir = mkdtempSync(join(tmpdir(), 'pmemrig-series-'));
afterAll(() => rmSync(dir, { recursive: true }));

const context = { cacheDir: dir, log: () => undefined };
const MBOX = join(PACKAGE_ROOT, 'e2e', 'testdata', 'virtio-pmem-flush-counters.mbox');

test('an mbox gives its patches in order, with all that an answer needs', async () => {
  const { cover, patches } = await readSeries([MBOX], context);
  expect(cover).toMatchObject({
    subject: '[PATCH 0/2] nvdimm/virtio_pmem: count flushes',
    messageId: '<cover.20261124.git.pat@example.org>',
  });
  expect(patches.map(({ subject }) => subject)).toEqual([
    '[PATCH 1/2] nvdimm/virtio_pmem: make a flush request in a function of its own',
    '[PATCH 2/2] nvdimm/virtio_pmem: count flushes and their answers',
  ]);
  expect(patches[1]?.head).toMatchObject({
    references: ['<cover.20261124.git.pat@example.org>'],
    from: { name: 'Pat Writer', address: 'pat@example.org' },
    to: [{ name: '', address: 'pmem@example.org' }],
    cc: [{ name: 'Max Intainer', address: 'max@example.org' }],
  });
  expect(patches[1]?.files).toEqual([
    'drivers/nvdimm/nd_virtio.c',
    'drivers/nvdimm/virtio_pmem.c',
    'drivers/nvdimm/virtio_pmem.h',
  ]);
});

test('a path is meant from where the user is', async () => {
  expect((await readSeries([relative(process.cwd(), MBOX)], context)).patches).toHaveLength(2);
});

test('a folder of mails is the same series, however its files are named', async () => {
  const folder = join(dir, 'outgoing');
  mkdirSync(folder);
  const mails = readFileSync(MBOX, 'utf8').split(/^(?=From [0-9a-f]{40} )/m);
  for (const [index, mail] of mails.entries()) writeFileSync(join(folder, `${9 - index}.patch`), mail);
  writeFileSync(join(folder, 'notes.txt'), 'no patch');
  const [{ cover, patches }, whole] = [await readSeries([folder], context), await readSeries([MBOX], context)];
  expect(cover).toEqual(whole.cover);
  expect(patches.map(({ subject, files }) => ({ subject, files }))).toEqual(
    whole.patches.map(({ subject, files }) => ({ subject, files })),
  );
});

test('a subject in another alphabet is read, and a plain diff is named by its file', async () => {
  const mail = join(dir, 'one.eml');
  writeFileSync(
    mail,
    'From: =?utf-8?q?J=C3=B6rg?= <j@example.org>\nSubject: [PATCH] =?UTF-8?B?w5xiZXI=?=\n pmem\n\nwords\n---\n\ndiff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n',
  );
  const diff = join(dir, 'fix.diff');
  writeFileSync(diff, '--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n');
  const { patches } = await readSeries([mail, diff], context);
  expect(patches.map(({ subject, head }) => [subject, head?.from?.name])).toEqual([
    ['[PATCH] Über pmem', 'Jörg'],
    ['fix.diff', undefined],
  ]);
});

const DIFF = '--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+TWO =3D 1;\n';

test.each([
  'Delivered-To: me@example.com',
  'Authentication-Results: mx.example.com; dkim=pass',
  'ARC-Seal: i=1',
  'DKIM-Signature: v=1; a=rsa-sha256;\n\tb=x',
  'List-Id: <pmem.lists.example.org>',
  'Content-Type: text/plain',
  'Reply-To: p@example.org',
  'In-Reply-To: <x@example.org>',
  'References: <x@example.org>',
  'Sender: p@example.org',
  'Envelope-to: me@example.com',
  'User-Agent: x',
  'X-Ünusual: x',
  'Made-Up-By-Nobody: x',
  '',
  '\n\n',
  '\uFEFFReceived: from x',
  '>From pat@example.org Thu Jan  1 00:00:00 2030',
  'From - Thu Jan  1 00:00:00 2030',
  'Received : by x',
])('a mail that begins with %j is a mail, and is decoded', async (first) => {
  const file = join(dir, 'first.eml');
  writeFileSync(
    file,
    `${first}\n${/^\s*$/.test(first) ? '' : 'Received: by x\n'}From: Pat <pat@example.org>\nSubject: [PATCH] one\nContent-Transfer-Encoding: quoted-printable\n\nWords.\n---\n${DIFF}`,
  );
  const { patches } = await readSeries([file], context);
  expect(patches).toMatchObject([{ subject: '[PATCH] one', head: { from: { address: 'pat@example.org' } } }]);
  expect(patches[0]?.diff).toContain('\n+TWO = 1;\n');
});

test('a mail whose head is damaged is no plain diff', async () => {
  const file = join(dir, 'damaged.eml');
  writeFileSync(
    file,
    `From: Pat <pat@example.org>\nwords that stand here by mistake\nContent-Transfer-Encoding: quoted-printable\n\n${DIFF}`,
  );
  await expect(readSeries([file], context)).rejects.toThrow(
    'the line "words that stand here by mistake" in its head is no header',
  );
});

test.each([
  ['gz', (file: string) => gzipSync(readFileSync(file))],
  [
    'gz in two members',
    (file: string) =>
      Buffer.concat([gzipSync(readFileSync(file).subarray(0, 500)), gzipSync(readFileSync(file).subarray(500))]),
  ],
  ['xz', (file: string) => execFileSync('xz', ['-c', file])],
  ['zst', (file: string) => execFileSync('zstd', ['-qc', file])],
  ['bz2', (file: string) => execFileSync('bzip2', ['-c', file])],
] as const)('an mbox in %s is unpacked, whatever its name, and in a folder', async (kind, pack) => {
  const folder = join(dir, `packed-${kind}`);
  mkdirSync(folder);
  writeFileSync(join(folder, `t.mbox.${kind.slice(0, 3).trim()}`), pack(MBOX));
  writeFileSync(join(dir, 'packed.mbx'), pack(MBOX));
  for (const path of [folder, join(dir, 'packed.mbx')])
    expect((await readSeries([path], context)).patches).toHaveLength(2);
});

test.each([
  ['utf16.diff', Buffer.from(`\uFEFF${DIFF}`, 'utf16le'), /is text in UTF-16/],
  ['utf16-be.diff', Buffer.from(`\uFEFF${DIFF}`, 'utf16le').swap16(), /is text in UTF-16/],
  ['utf16-bare.diff', Buffer.from(DIFF, 'utf16le'), /is text in UTF-16/],
  ['cut.mbox.gz', gzipSync(readFileSync(MBOX)).subarray(0, 300), /cannot be unpacked by gzip: unexpected end of file/],
  [
    'cut.mbox.xz',
    execFileSync('xz', ['-c', MBOX]).subarray(0, 300),
    /cannot be unpacked by xz: .*Unexpected end of input/,
  ],
  ['t.zip', Buffer.from('PK\u0003\u0004xx'), /is a zip archive/],
] as const)('%s is named for what it is', async (name, bytes, words) => {
  writeFileSync(join(dir, name), bytes);
  await expect(readSeries([join(dir, name)], context)).rejects.toMatchObject({
    message: expect.stringMatching(words),
    name: 'UserError',
  });
});

test('a maildir is a series', async () => {
  const maildir = join(dir, 'maildir');
  for (const part of ['cur', 'new', 'tmp']) mkdirSync(join(maildir, part), { recursive: true });
  const mails = readFileSync(MBOX, 'utf8')
    .split(/^From [0-9a-f]{40} .*\n/m)
    .slice(1);
  for (const [index, mail] of mails.entries())
    writeFileSync(join(maildir, index === 0 ? 'new' : 'cur', `1893.${index}.host:2,S`), mail);
  expect((await readSeries([maildir], context)).patches).toHaveLength(2);
});

test('HTML beside the text is no part of the patch, and who wrote it is answered, too', async () => {
  const file = join(dir, 'html.eml');
  const diff = DIFF.replace('=3D', '=');
  writeFileSync(
    file,
    `From: Sue Bmitter <sue@example.org>\nSubject: [PATCH] one\nContent-Type: multipart/alternative;\n boundary=b1\n\n--b1\nContent-Type: text/plain\n\nFrom: Pat Doe <pat@example.org>\n\nWords.\n---\n${diff}\n--b1\nContent-Type: text/html\n\n<pre>\n${diff}</pre>\n--b1--\n`,
  );
  const { patches } = await readSeries([file], context);
  expect(patches[0]).toMatchObject({
    files: ['x'],
    head: { from: { address: 'sue@example.org' }, cc: [{ name: 'Pat Doe', address: 'pat@example.org' }] },
  });
  expect(patches[0]?.diff.match(/TWO/g)).toHaveLength(1);
});

test('a list that writes itself into From is not answered as the author', async () => {
  const file = join(dir, 'munged.eml');
  writeFileSync(
    file,
    `From: Pat Doe via Pmem <pmem@lists.example.org>\nReply-To: Pat Doe <pat@example.org>, pmem@lists.example.org\nTo: PMEM@lists.example.org\nSubject: [PATCH] one\n\n${DIFF}`,
  );
  expect((await readSeries([file], context)).patches[0]?.head?.from).toEqual({
    name: 'Pat Doe',
    address: 'pat@example.org',
  });
});

test('what a mail answers last is its parent', async () => {
  const file = join(dir, 'parent.eml');
  writeFileSync(
    file,
    `From: Pat <pat@example.org>\nSubject: [PATCH] one\nIn-Reply-To: Your mail <b@x>\nReferences: <a@x>\n\t<b@x> <c@x>\n\n${DIFF}`,
  );
  expect((await readSeries([file], context)).patches[0]?.head?.references).toEqual(['<a@x>', '<c@x>', '<b@x>']);
});

function inThread(subject: string, id: string, parent: string, body: string): string {
  return `From mboxrd@z Thu Jan  1 00:00:00 1970\nFrom: Pat <pat@example.org>\nSubject: ${subject}\nMessage-ID: <${id}>\n${parent}\n${body}\n`;
}

test('a thread of answers with diffs is the patch alone', async () => {
  const file = join(dir, 'thread.mbox');
  writeFileSync(
    file,
    inThread('[PATCH] one', '1', '', DIFF) +
      inThread('Re: [PATCH] one', '2', 'In-Reply-To: <1>\n', DIFF.replaceAll('/x', '/y')) +
      inThread('AW: [PATCH] one', '3', 'In-Reply-To: <2>\n', DIFF),
  );
  expect((await readSeries([file], context)).patches).toMatchObject([{ subject: '[PATCH] one', files: ['x'] }]);
  writeFileSync(file, inThread('Re: [PATCH] one', '2', 'In-Reply-To: <1>\n', DIFF));
  await expect(readSeries([file], context)).rejects.toThrow(
    'thread.mbox holds no patch: "Re: [PATCH] one" is an answer',
  );
});

test.each([
  ['nowhere.mbox', undefined, /cannot be read/],
  ['words.txt', 'only words', /holds no patch/],
])('%s is refused', async (name, text, words) => {
  if (text !== undefined) writeFileSync(join(dir, name), text);
  await expect(readSeries([join(dir, name)], context)).rejects.toThrow(words);
});

test('a folder without a patch is refused', async () => {
  const empty = join(dir, 'empty');
  mkdirSync(empty);
  await expect(readSeries([empty], context)).rejects.toThrow(/is a folder without a patch/);
});
