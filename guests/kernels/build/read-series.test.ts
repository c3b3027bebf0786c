import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { PACKAGE_ROOT } from '../../../orchestrator/model/package-root.ts';
import { readSeries } from './read-series.ts';

const dir = mkdtempSync(join(tmpdir(), 'pmemrig-series-'));
afterAll(() => rmSync(dir, { recursive: true }));

const context = { cacheDir: dir, log: () => undefined };
const MBOX = join(PACKAGE_ROOT, 'e2e', 'testdata', 'virtio-pmem-flush-counters.mbox');

test('an mbox gives its patches in order, with all that an answer needs', async () => {
  const { cover, patches } = await readSeries([MBOX], context);
  expect(cover).toMatchObject({ subject: '[PATCH 0/2] nvdimm/virtio_pmem: count flushes', messageId: '<cover.20261124.git.pat@example.org>' });
  expect(patches.map(({ subject }) => subject)).toEqual(['[PATCH 1/2] nvdimm/virtio_pmem: make a flush request in a function of its own', '[PATCH 2/2] nvdimm/virtio_pmem: count flushes and their answers']);
  expect(patches[1]?.head).toMatchObject({ references: ['<cover.20261124.git.pat@example.org>'], from: { name: 'Pat Writer', address: 'pat@example.org' }, to: [{ name: '', address: 'pmem@example.org' }], cc: [{ name: 'Max Intainer', address: 'max@example.org' }] });
  expect(patches[1]?.files).toEqual(['drivers/nvdimm/nd_virtio.c', 'drivers/nvdimm/virtio_pmem.c', 'drivers/nvdimm/virtio_pmem.h']);
});

test('a path is meant from where the user is', async () => {
  expect((await readSeries([relative(process.cwd(), MBOX)], context)).patches).toHaveLength(2);
});

test('a folder of mails is the same series, in whatever order its files are named', async () => {
  const folder = join(dir, 'outgoing');
  mkdirSync(folder);
  const mails = readFileSync(MBOX, 'utf8').split(/^(?=From [0-9a-f]{40} )/m);
  for (const [index, mail] of mails.entries()) writeFileSync(join(folder, `${9 - index}.patch`), mail);
  writeFileSync(join(folder, 'notes.txt'), 'no patch');
  const [{ cover, patches }, whole] = [await readSeries([folder], context), await readSeries([MBOX], context)];
  expect(cover).toEqual(whole.cover);
  expect(patches.map(({ subject, files }) => ({ subject, files }))).toEqual(whole.patches.map(({ subject, files }) => ({ subject, files })));
});

test('a subject in another alphabet is read, and a plain diff is named by its file', async () => {
  const mail = join(dir, 'one.eml');
  writeFileSync(mail, 'From: =?utf-8?q?J=C3=B6rg?= <j@example.org>\nSubject: [PATCH] =?UTF-8?B?w5xiZXI=?=\n pmem\n\nwords\n---\n\ndiff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n');
  const diff = join(dir, 'fix.diff');
  writeFileSync(diff, '--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n');
  const { patches } = await readSeries([mail, diff], context);
  expect(patches.map(({ subject, head }) => [subject, head?.from?.name])).toEqual([['[PATCH] Über pmem', 'Jörg'], ['fix.diff', undefined]]);
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
