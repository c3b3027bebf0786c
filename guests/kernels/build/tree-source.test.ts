import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, onTestFinished, test } from 'vitest';
import { findTreeSource } from './tree-source.ts';

const IDENTITY = { GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a@b', GIT_COMMITTER_NAME: 'a', GIT_COMMITTER_EMAIL: 'a@b' };
const context = { cacheDir: '/dev/null/none', log: () => undefined };

async function newFolder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'tree-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  return dir;
}

async function git(dir: string, ...words: string[]): Promise<string> {
  return (await execa('git', ['-C', dir, ...words], { env: IDENTITY })).stdout;
}

async function newTree({ commit }: { readonly commit: boolean }): Promise<string> {
  const dir = await newFolder();
  await writeFile(join(dir, 'a.c'), 'one\n');
  await writeFile(join(dir, '.gitignore'), '*.o\n');
  await writeFile(join(dir, 'a.o'), 'object');
  if (!commit) return dir;
  await git(dir, 'init', '--quiet');
  await git(dir, 'add', '.');
  await git(dir, 'commit', '--quiet', '-m', 'one');
  return dir;
}

async function unpack(source: { readonly unpack: (dir: string, index: string) => Promise<void> }): Promise<string> {
  const dir = join(await newFolder(), 'source');
  await mkdir(dir);
  await source.unpack(dir, `${dir}.index`);
  return dir;
}

test('a commit and its clean checkout are the same source', async () => {
  const path = await newTree({ commit: true });
  const commit = (await git(path, 'rev-parse', 'HEAD')).trim();
  const clean = await findTreeSource({ kind: 'tree', path, patches: [] }, context);
  const named = await findTreeSource({ kind: 'tree', path, ref: commit, patches: [] }, context);
  expect(named.digest).toBe(clean.digest);
  expect(clean).toMatchObject({ description: `${commit.slice(0, 12)} of ${path}`, notes: [] });
});

test('what is not committed is built too, what git ignores is not, and the tree stays untouched', async () => {
  const path = await newTree({ commit: true });
  await writeFile(join(path, 'a.c'), 'two\n');
  await writeFile(join(path, 'new.c'), 'new\n');
  const before = [await readFile(join(path, '.git/index')), (await git(path, 'count-objects')).trim()];
  const source = await findTreeSource({ kind: 'tree', path, patches: [] }, context);
  const dir = await unpack(source);
  expect(source.notes).toStrictEqual([`${path} has uncommitted changes, which are built too: a.c, new.c`]);
  expect(await readFile(join(dir, 'a.c'), 'utf8')).toBe('two\n');
  expect(await readFile(join(dir, 'new.c'), 'utf8')).toBe('new\n');
  await expect(stat(join(dir, 'a.o'))).rejects.toThrow('ENOENT');
  expect([await readFile(join(path, '.git/index')), (await git(path, 'count-objects')).trim()]).toStrictEqual(before);
  expect(await git(path, 'status', '--porcelain')).toBe(' M a.c\n?? new.c');
});

test('a commit is built as it is, whatever lies in the tree', async () => {
  const path = await newTree({ commit: true });
  await writeFile(join(path, 'a.c'), 'two\n');
  const dir = await unpack(await findTreeSource({ kind: 'tree', path, ref: 'HEAD', patches: ['/x.patch'] }, context));
  expect(await readFile(join(dir, 'a.c'), 'utf8')).toBe('one\n');
});

test('a plain folder is taken without what a build left there, whatever its .gitignore says, and another content is another source', async () => {
  const path = await newTree({ commit: false });
  await writeFile(join(path, '.gitignore'), '/*\n');
  const first = await findTreeSource({ kind: 'tree', path, patches: [] }, context);
  expect(await readFile(join(await unpack(first), 'a.c'), 'utf8')).toBe('one\n');
  await writeFile(join(path, 'a.o'), 'another object');
  await writeFile(join(path, '.config'), 'CONFIG_X=y');
  expect((await findTreeSource({ kind: 'tree', path, patches: [] }, context)).digest).toBe(first.digest);
  await writeFile(join(path, 'a.c'), 'two\n');
  expect((await findTreeSource({ kind: 'tree', path, patches: [] }, context)).digest).not.toBe(first.digest);
  await expect(unpack(first)).rejects.toMatchObject({ code: 'tree-changed' });
  await expect(stat(join(path, '.git'))).rejects.toThrow('ENOENT');
});

test('of a plain folder that was read before, only what has another size or time is read again', async () => {
  const [path, cacheDir] = [await newTree({ commit: false }), await newFolder()];
  const find = async () => findTreeSource({ kind: 'tree', path, patches: [] }, { ...context, cacheDir });
  // One that is as young as what git knows of it is read again in any case.
  await utimes(join(path, 'a.c'), new Date(0), new Date(0));
  const first = await find();
  const [kept = ''] = await readdir(join(cacheDir, 'source-folders'));
  const object = await git(path, 'hash-object', 'a.c');
  const file = join(cacheDir, 'source-folders', kept, 'repository', 'objects', object.slice(0, 2), object.slice(2));
  // git touches an object that it writes again.
  await utimes(file, new Date(0), new Date(0));
  expect((await find()).digest).toBe(first.digest);
  expect((await stat(file)).mtimeMs, 'it was not read again').toBe(0);
  await writeFile(join(path, 'a.c'), 'two\n');
  const second = await find();
  expect(await readFile(join(await unpack(second), 'a.c'), 'utf8')).toBe('two\n');
  await writeFile(join(path, 'a.c'), 'six\n');
  expect((await find()).digest, 'as large, and written at once').not.toBe(second.digest);
});

test('patches on top of uncommitted changes are refused', async () => {
  const path = await newTree({ commit: true });
  await writeFile(join(path, 'a.c'), 'two\n');
  await expect(findTreeSource({ kind: 'tree', path, patches: ['/x.patch'] }, context)).rejects.toMatchObject({
    code: 'dirty-tree',
    message: `${path} has uncommitted changes, and patches on top of them would give a kernel that nobody can name: a.c.`,
  });
});

test("an unknown revision, or one of a plain folder, is the user's error", async () => {
  const [path, plain] = [await newTree({ commit: true }), await newTree({ commit: false })];
  await expect(findTreeSource({ kind: 'tree', path, ref: 'v9.9', patches: [] }, context)).rejects.toMatchObject({
    code: 'no-such-ref',
    message: `${path} has no commit v9.9.`,
  });
  await expect(findTreeSource({ kind: 'tree', path: plain, ref: 'HEAD', patches: [] }, context)).rejects.toMatchObject({
    code: 'not-a-repository',
  });
});
