import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { GuestDeath, InfraError } from '../../model/errors.ts';
import type { Guest } from '../../model/guest.ts';
import { createFakeGuest } from '../testing/fake-guest.ts';
import { fetchArtifacts } from './fetch-artifacts.ts';

function freshFolder() {
  const around = mkdtempSync(join(tmpdir(), 'pmemrig-fetch-'));
  mkdirSync(join(around, 'artifacts'));
  return { around, dir: join(around, 'artifacts') };
}

const listing = (names: readonly string[]) => ({ 'find ': { stdout: names.map((name) => `${name}\0`).join('') } });

async function fetchNames(
  names: readonly string[],
  over: Partial<Guest> = {},
  { around, dir } = freshFolder(),
  timeoutMs = 60_000,
) {
  const guest = {
    ...createFakeGuest({
      devices: [],
      answers: listing(names),
      files: Object.fromEntries(names.map((name) => [join('/a', name), 'evil'])),
    }),
    ...over,
  };
  const { files, notes } = await fetchArtifacts(guest, '/a', dir, timeoutMs);
  return { around, dir, notes, files: files.map((file) => file.slice(dir.length + 1)) };
}

test('files keep their folders', async () => {
  const { dir, files, notes } = await fetchNames(['trace.dat', 'logs/a/b.log']);
  expect({ files, notes }).toEqual({ files: ['logs/a/b.log', 'trace.dat'], notes: [] });
  expect(readFileSync(join(dir, 'logs/a/b.log'), 'utf8')).toBe('evil');
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
  expect(readdirSync(around)).toEqual(['artifacts']);
  expect(existsSync('/tmp/pmemrig-hostile-out')).toBe(false);
});

test.each([
  ['as a folder', 'link/file', 'link is no folder'],
  ['as a file', 'link', 'something of that name is there already'],
])('a symbolic link on the host is not followed %s', async (_as, name, why) => {
  const folder = freshFolder();
  mkdirSync(join(folder.around, 'precious'));
  symlinkSync(join(folder.around, 'precious'), join(folder.dir, 'link'));
  const { files, notes } = await fetchNames([name], {}, folder);
  expect({ files, notes }).toEqual({ files: [], notes: [expect.stringContaining(why)] });
  expect(readdirSync(join(folder.around, 'precious'))).toEqual([]);
});

test('one name both as file and as folder costs the later of the two', async () => {
  const { files, notes } = await fetchNames(['a', 'a/b']);
  expect({ files, notes }).toEqual({ files: ['a'], notes: ['the artifact "a/b" was left out: a is no folder'] });
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
  const { files, notes } = await fetchNames(['a', 'b', 'c'], { download }, freshFolder(), 200);
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
