import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { expect, test } from 'vitest';
import { ArtifactRefused } from '../../model/artifact-store.ts';
import { openLocalArtifacts } from './local-artifacts.ts';

function freshStore() {
  const run = mkdtempSync(join(tmpdir(), 'pmemrig-artifacts-'));
  return { run, dir: join(run, 'cells', 'k+nvdimm+fio'), store: openLocalArtifacts(run, 'k/nvdimm/fio') };
}

const fill = async (path: string): Promise<string> => {
  await writeFile(path, 'evil');
  return path;
};

test('an artifact is named within the run, whatever way it comes; the folder is made with the first', async () => {
  const { run, dir, store } = freshStore();
  expect(existsSync(dir)).toBe(false);
  expect(await store.put('problems/1.txt', 'BUG')).toBe('cells/k+nvdimm+fio/problems/1.txt');
  const { artifact, stream } = store.open('logs/output.1.log');
  stream.end('hello');
  await finished(stream);
  expect(readFileSync(join(run, artifact), 'utf8')).toBe('hello');
  expect(await store.receive('a/b/trace.dat', fill)).toEqual({
    artifact: 'cells/k+nvdimm+fio/a/b/trace.dat',
    value: join(dir, 'a/b/trace.dat'),
  });
  expect(readFileSync(join(dir, 'problems/1.txt'), 'utf8')).toBe('BUG');
});

test('what was not there leaves no trace', async () => {
  const { dir, store } = freshStore();
  expect(await store.receive('generic-413.1/full', async () => Promise.resolve(undefined))).toBeUndefined();
  expect(readdirSync(dir)).toEqual([]);
});

test('a name of our own replaces what is there; one of a guest does not', async () => {
  const { run, store } = freshStore();
  const artifact = await store.put('full', 'old');
  await store.receive('full', fill);
  expect(readFileSync(join(run, artifact), 'utf8')).toBe('evil');
  await expect(store.receive('full', fill, { foreign: true })).rejects.toThrow(
    new ArtifactRefused('something of that name is there already'),
  );
});

test.each(['../out', 'a/../../out', '/tmp/out', 'a/..'])('no file is kept outside of the folder: %s', async (name) => {
  const { store } = freshStore();
  await expect(store.receive(name, fill, { foreign: true })).rejects.toThrow(ArtifactRefused);
  await expect(store.put(name, '')).rejects.toThrow(ArtifactRefused);
});

test.each([
  ['as a folder', 'artifacts.1/link/file', 'link is no folder'],
  ['as a file', 'artifacts.1/link', 'something of that name is there already'],
])('a symbolic link on the host is not followed %s', async (_as, name, why) => {
  const { run, dir, store } = freshStore();
  mkdirSync(join(run, 'precious'));
  mkdirSync(join(dir, 'artifacts.1'), { recursive: true });
  symlinkSync(join(run, 'precious'), join(dir, 'artifacts.1', 'link'));
  await expect(store.receive(name, fill, { foreign: true })).rejects.toThrow(new ArtifactRefused(why));
  expect(readdirSync(join(run, 'precious'))).toEqual([]);
});

test('one name of a guest both as file and as folder costs the later of the two', async () => {
  const { store } = freshStore();
  await store.receive('a', fill, { foreign: true });
  await expect(store.receive('a/b', fill, { foreign: true })).rejects.toThrow(new ArtifactRefused('a is no folder'));
});

test('a folder that cannot be made is an error of the file system, and of the stream', async () => {
  const { run, store } = freshStore();
  writeFileSync(join(run, 'cells'), '');
  await expect(store.put('a', '')).rejects.toThrow(/ENOTDIR/);
  await expect(store.receive('a', fill, { foreign: true })).rejects.toThrow(/ENOTDIR/);
  await expect(finished(store.open('a').stream)).rejects.toThrow(/ENOTDIR/);
});
