import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { getOrCreate } from './store.ts';

async function newCache(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'store-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  return dir;
}

const silent = (cacheDir: string) => ({ cacheDir, log: () => undefined });

async function writeHalf(dir: string): Promise<void> {
  await writeFile(join(dir, 'half'), '');
  throw new Error('no luck');
}

test('an entry is built once, and found after that', async () => {
  const context = silent(await newCache());
  let builds = 0;
  const build = async (dir: string): Promise<void> => {
    builds += 1;
    await writeFile(join(dir, 'content'), 'x');
  };
  const paths = await Promise.all([1, 2, 3].map(() => getOrCreate({ kind: 'things', key: 'a', build }, context)));
  expect(new Set(paths).size).toBe(1);
  expect(builds).toBe(1);
  expect(await readFile(join(paths[0] ?? '', 'content'), 'utf8')).toBe('x');
});

test.each(['../a', 'a/b', '..', '', 'a\0'])('%j names no entry', async (key) => {
  await expect(
    getOrCreate({ kind: 'things', key, build: async () => undefined }, silent(await newCache())),
  ).rejects.toThrow('is no name of an entry');
});

test('a failed build leaves nothing, and the next try starts afresh', async () => {
  const context = silent(await newCache());
  await expect(getOrCreate({ kind: 'things', key: 'a', build: writeHalf }, context)).rejects.toThrow('no luck');
  expect(await readdir(join(context.cacheDir, 'things'))).toStrictEqual([]);
  await getOrCreate({ kind: 'things', key: 'a', build: async () => undefined }, context);
  expect(await readdir(join(context.cacheDir, 'things'))).toStrictEqual(['a']);
});

test('what a killed builder left is removed by the next', async () => {
  const context = silent(await newCache());
  await mkdir(join(context.cacheDir, 'things', 'a.partial-dead', 'deep'), { recursive: true });
  await getOrCreate({ kind: 'things', key: 'a', build: async () => undefined }, context);
  expect(await readdir(join(context.cacheDir, 'things'))).toStrictEqual(['a']);
});

test('who takes over a stale lock leaves the folder of a builder that still lives', async () => {
  const context = silent(await newCache());
  const suspended = async (dir: string): Promise<void> => {
    await writeFile(join(dir, 'before'), '');
    // What a takeover finds after a stall: the lock is free, the first builder in the midst of its work.
    await rm(join(context.cacheDir, 'things', 'a.lock'), { recursive: true });
    await expect(getOrCreate({ kind: 'things', key: 'a', build: writeHalf }, context)).rejects.toThrow('no luck');
    await writeFile(join(dir, 'after'), '');
  };
  const entry = await getOrCreate({ kind: 'things', key: 'a', build: suspended }, context);
  expect(await readdir(entry)).toStrictEqual(['after', 'before']);
  expect(await readdir(join(context.cacheDir, 'things'))).toStrictEqual(['a']);
});

test('a full disk is reported with the folder and the way out', async () => {
  const context = silent(await newCache());
  const noSpace = Object.assign(new Error('write'), { code: 'ENOSPC' });
  await expect(
    getOrCreate({ kind: 'things', key: 'a', build: () => Promise.reject(noSpace) }, context),
  ).rejects.toMatchObject({ code: 'disk-full', remedy: expect.stringContaining('PMEMRIG_CACHE') });
});

test('of two processes one builds and the other waits, and says so', async () => {
  const cacheDir = await newCache();
  const script = join(cacheDir, 'build.mjs');
  // proper-lockfile's own view of a second process: the lock is a folder that another pid keeps fresh.
  await writeFile(
    script,
    `import { createRequire } from 'node:module';
     const { lock } = createRequire(${JSON.stringify(import.meta.filename)})('proper-lockfile');
     import { mkdir } from 'node:fs/promises';
     const entry = ${JSON.stringify(join(cacheDir, 'things', 'a'))};
     await mkdir(${JSON.stringify(join(cacheDir, 'things'))}, { recursive: true });
     const release = await lock(entry, { lockfilePath: entry + '.lock', realpath: false });
     process.send('locked');
     setTimeout(async () => { await mkdir(entry); await release(); process.disconnect(); }, 1000);`,
  );
  const other = fork(script);
  await once(other, 'message');
  const lines: string[] = [];
  const entry = await getOrCreate(
    { kind: 'things', key: 'a', build: () => Promise.reject(new Error('built twice')) },
    { cacheDir, log: (line) => lines.push(line) },
  );
  expect(entry).toBe(join(cacheDir, 'things', 'a'));
  expect(lines).toStrictEqual(['waiting for another pmemrig that is preparing a']);
});
