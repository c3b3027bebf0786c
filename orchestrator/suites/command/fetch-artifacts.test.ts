import { existsSync, mkdtempSync, readFileSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ArtifactRefused, type ArtifactStore } from '../../model/artifact-store.ts';
import { GuestDeath, InfraError } from '../../model/errors.ts';
import type { Guest } from '../../model/guest.ts';
import { createFakeGuest } from '../testing/fake-guest.ts';
import { createFolderArtifacts } from '../testing/folder-artifacts.ts';
import { fetchArtifacts } from './fetch-artifacts.ts';

const listing = (names: readonly string[]) => ({ 'find ': { stdout: names.map((name) => `${name}\0`).join('') } });

async function fetchNames(names: readonly string[], over: Partial<Guest> = {}, timeoutMs = 60_000) {
  const around = mkdtempSync(join(tmpdir(), 'pmemrig-fetch-'));
  const guest = {
    ...createFakeGuest({
      devices: [],
      answers: listing(names),
      files: Object.fromEntries(names.map((name) => [join('/a', name), 'evil'])),
    }),
    ...over,
  };
  const artifacts = createFolderArtifacts(around);
  const { files, notes } = await fetchArtifacts({ guest, remoteDir: '/a', artifacts, folder: 'kept', timeoutMs });
  return { around, notes, files: files.map((file) => file.replace('kept/', '')) };
}

test('files keep their folders', async () => {
  const { around, files, notes } = await fetchNames(['trace.dat', 'logs/a/b.log']);
  expect({ files, notes }).toEqual({ files: ['logs/a/b.log', 'trace.dat'], notes: [] });
  expect(readFileSync(join(around, 'kept/logs/a/b.log'), 'utf8')).toBe('evil');
});

test.each([
  ['a way up', '../out', 'it leads out of the folder'],
  ['a way up from below', 'a/../../out', 'it leads out of the folder'],
  ['an absolute name', '/tmp/pmemrig-hostile-out', 'it leads out of the folder'],
  ['the folder itself', 'a/..', 'it leads out of the folder'],
  ['control characters', 'a\nb', 'it holds control characters or is no UTF-8'],
  ['terminal codes', '\u001B[2Jx', 'it holds control characters or is no UTF-8'],
  ['what is no UTF-8', 'a\uFFFD', 'it holds control characters or is no UTF-8'],
  ['a part that no file system holds', 'x'.repeat(300), 'it is too long'],
  ['a path that no file system holds', 'x/'.repeat(3000), 'it is too long'],
])('a name that is %s is refused and said, and the others are fetched', async (_what, name, why) => {
  const { around, files, notes } = await fetchNames([name, 'zz.log']);
  expect(files).toEqual(['zz.log']);
  expect(notes).toEqual([expect.stringContaining(why)]);
  expect(notes[0]).not.toMatch(/\p{Cc}/u);
  expect(readdirSync(around)).toEqual(['kept']);
  expect(existsSync('/tmp/pmemrig-hostile-out')).toBe(false);
});

test('a name that the store refuses is reported, and the others are fetched', async () => {
  const guest = createFakeGuest({ devices: [], answers: listing(['a', 'a/b']) });
  const store = createFolderArtifacts(mkdtempSync(join(tmpdir(), 'pmemrig-fetch-')));
  const artifacts: ArtifactStore = {
    ...store,
    async receive(name, fill, options) {
      expect(options).toEqual({ foreign: true });
      if (name.endsWith('/b')) throw new ArtifactRefused('a is no folder');
      return store.receive(name, fill);
    },
  };
  expect(await fetchArtifacts({ guest, remoteDir: '/a', artifacts, folder: 'kept', timeoutMs: 60_000 })).toEqual({
    files: ['kept/a'],
    notes: ['the artifact "a/b" was left out: a is no folder'],
  });
});

test('files are bounded in number and in total, and what is left out is counted', async () => {
  expect((await fetchNames(Array.from({ length: 103 }, (_, index) => `f${index}`))).notes).toEqual([
    '3 files of $PMEMRIG_ARTIFACTS were left out: at most 100 are kept',
  ]);
  const asked: (number | undefined)[] = [];
  const download: Guest['download'] = async (_remote, _local, { maxBytes = 0 } = {}) => {
    asked.push(maxBytes);
    return { bytes: maxBytes, truncated: true };
  };
  const { files, notes } = await fetchNames(['a', 'b', 'c', 'd', 'e', 'f'], { download });
  expect(asked).toEqual([1, 1, 1, 1].map(() => 16 * 2 ** 20));
  expect(files).toHaveLength(4);
  expect(notes.at(-1)).toBe('further files of $PMEMRIG_ARTIFACTS were left out: at most 67108864 bytes are kept');
});

test('thousands of refused names make four notes', async () => {
  expect((await fetchNames(Array.from({ length: 90 }, (_, index) => `../${index}`))).notes).toHaveLength(4);
});

test('a fetch that never ends is given up at its own deadline, and keeps what it has', async () => {
  const fake = createFakeGuest({ devices: [] });
  const download: Guest['download'] = (remote, local) =>
    remote === '/a/b' ? new Promise(() => undefined) : fake.download(remote, local);
  const { files, notes } = await fetchNames(['a', 'b', 'c'], { download }, 200);
  expect({ files, notes }).toEqual({
    files: ['a'],
    notes: ['only 1 artifact could be fetched within 0.2 s (the limit for fetching them)'],
  });
});

const failWith = (error: Error) =>
  fetchNames(['a'], {
    async download() {
      throw error;
    },
  });

test('a transfer that fails is a note, a guest that dies is not', async () => {
  expect((await failWith(new InfraError('reading /a/a failed', { code: 'transfer-failed' }))).notes).toEqual([
    'the artifacts could not be fetched whole: reading /a/a failed',
  ]);
  await expect(failWith(new GuestDeath('panic', 'it panicked', 'Oops'))).rejects.toThrow('it panicked');
});
