import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import * as fc from 'fast-check';
import { afterAll, expect, test, vi } from 'vitest';
import { KernelError } from '../../../orchestrator/model/errors.ts';
import type { PrepareContext } from '../../store/prepare-context.ts';
import type { Patch } from '../patches/read-patches.ts';
import type { BuildLeft } from './build-left.ts';
import { type BuildTree, withBuildTree } from './kept-tree.ts';
import { findTreeSource } from './tree-source.ts';

const IDENTITY = { GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a@b', GIT_COMMITTER_NAME: 'a', GIT_COMMITTER_EMAIL: 'a@b' };
const LEFT: BuildLeft = { config: '', notes: [], warnings: {} };
const dirs: string[] = [];
afterAll(async () => Promise.all(dirs.map(async (dir) => rm(dir, { recursive: true, force: true }))));

const git = async (cwd: string, ...words: string[]): Promise<string> =>
  (await execa('git', words, { cwd, env: IDENTITY })).stdout.trim();

async function newFolder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'kept-'));
  dirs.push(dir);
  return dir;
}

async function write(dir: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(dir, name)), { recursive: true });
    await writeFile(join(dir, name), text);
  }
}

/** A source of three objects, whose make goes by times and by the headers that were read, as kbuild does. */
const SOURCE = {
  'fs/Makefile': 'obj-y := a.o b.o\n',
  'fs/a.c': '#include "a.h"\nint a = A;\n',
  'fs/b.c': '#include "b.h"\nint b = B;\n',
  'fs/a.h': '#define A 1\n',
  'fs/b.h': '#include "a.h"\n#define B (A + 1)\n',
  '.gitignore': '*.o\n',
};

const refuse = async (): Promise<never> =>
  Promise.reject(new KernelError('the kernel does not compile', { code: 'kernel-compile-error', evidence: 'a.c:1' }));

const failOnKept = async ({ earlier }: BuildTree): Promise<void> => {
  if (earlier) throw new KernelError('no rule', { code: 'kernel-compile-error', evidence: 'ld' });
};

const writeCommand = async ({ sourceDir, earlier }: BuildTree): Promise<void> => {
  if (!earlier) await writeFile(join(sourceDir, 'fs', '.a.o.cmd'), `gcc -I${sourceDir}/include ${sourceDir}/fs/a.c\n`);
};

async function newTree(): Promise<string> {
  const path = await newFolder();
  await write(path, SOURCE);
  await git(path, 'init', '--quiet');
  await git(path, 'add', '.');
  await git(path, 'commit', '--quiet', '-m', 'one');
  return path;
}

async function newContext(): Promise<PrepareContext & { readonly lines: string[] }> {
  const lines: string[] = [];
  return { cacheDir: await newFolder(), log: (line) => void lines.push(line), lines };
}

const mayBeOfTree = (error: unknown): boolean => error instanceof KernelError && error.evidence === 'ld';

/** What the tree's objects hold, made as far as make finds it necessary, and how many those were. */
async function build(
  path: string,
  patches: readonly Patch[],
  context: PrepareContext,
  body: (tree: BuildTree) => Promise<void> = async () => undefined,
  others: readonly (readonly Patch[])[] = [],
): Promise<{ readonly image: string; readonly made: number; readonly tree: BuildTree }> {
  const source = await findTreeSource({ kind: 'tree', path, patches: patches.map(({ label }) => label) }, context);
  return await withBuildTree({ source, patches, others, inputs: ['one'], mayBeOfTree }, context, async (tree) => {
    tree.leave(LEFT);
    await body(tree);
    await writeFile(join(tree.sourceDir, 'make'), MAKE);
    const { stdout } = await execa('make', ['-f', 'make', '--output-sync=target'], { cwd: tree.sourceDir });
    const made = stdout.split('\n').filter((line) => line.startsWith('CC ')).length;
    return { image: await readFile(join(tree.sourceDir, 'image'), 'utf8'), made, tree };
  });
}

/** The preprocessor alone: its output is what an object would hold. */
const MAKE = [
  'include fs/Makefile',
  'objects := $(addprefix fs/,$(obj-y))',
  'image: $(objects) FORCE',
  '\tcat $(objects) > $@',
  '%.o: %.c',
  '\t@echo CC $@; gcc -E -P -MMD -MF $@.d -MT $@ -o $@ $<',
  'FORCE:',
  ...['a', 'b', 'c'].flatMap((name) => [`-include fs/${name}.o.d`]),
  'fs/%.h: ;',
  '',
].join('\n');

const patchOf = async (path: string, files: Readonly<Record<string, string>>): Promise<Patch> => {
  const work = await newFolder();
  await git(path, 'worktree', 'add', '--quiet', '--detach', join(work, 'w'));
  await write(join(work, 'w'), files);
  await git(join(work, 'w'), 'add', '--all');
  const diff = await execa('git', ['diff', '--cached'], { cwd: join(work, 'w'), stripFinalNewline: false });
  await git(path, 'worktree', 'remove', '--force', join(work, 'w'));
  return { label: 'fix.patch', diff: diff.stdout };
};

test('of a tree that was built, only what a change concerns is made again, wherever the change lies', async () => {
  const [path, context] = [await newTree(), await newContext()];
  expect(await build(path, [], context)).toMatchObject({ made: 2, tree: {} });
  expect(await build(path, [], context)).toMatchObject({ made: 0, tree: { earlier: { reconfigure: false } } });
  await write(path, { 'fs/b.c': '#include "b.h"\nint b = B + 1;\n' });
  const edited = await build(path, [], context);
  expect(edited).toMatchObject({ made: 1 });
  expect(edited.image).toContain('int b = (1 + 1) + 1;');
  await write(path, { 'fs/a.h': '#define A 7\n' });
  expect(await build(path, [], context)).toMatchObject({
    made: 2,
    image: expect.stringContaining('int a = 7;') as string,
  });
});

test('a series is built on a copy of the tree without it, and the next version of it on that of the one before', async () => {
  const [path, context] = [await newTree(), await newContext()];
  await build(path, [], context);
  const first = await patchOf(path, { 'fs/a.c': '#include "a.h"\nint a = A + 10;\n' });
  const second = await patchOf(path, { 'fs/b.h': '#include "a.h"\n#define B 20\n' });
  expect(await build(path, [first], context)).toMatchObject({
    made: 1,
    image: expect.stringContaining('1 + 10') as string,
  });
  expect(await build(path, [first, second], context)).toMatchObject({
    made: 1,
    image: expect.stringContaining('int b = 20;') as string,
  });
  expect(await build(path, [first], context)).toMatchObject({
    made: 1,
    image: expect.stringContaining('(1 + 1)') as string,
  });
  expect((await build(path, [], context)).made, "the tree without patches is not the series'").toBe(0);
});

test('commands that name the tree name its copy in the copy', async () => {
  const [path, context] = [await newTree(), await newContext()];
  await build(path, [], context, writeCommand);
  const fix = await patchOf(path, { 'fs/a.c': 'int a = 5;\n' });
  const { tree } = await build(path, [fix], context, writeCommand);
  const { sourceDir } = tree;
  expect(await readFile(join(sourceDir, 'fs', '.a.o.cmd'), 'utf8')).toBe(
    `gcc -I${sourceDir}/include ${sourceDir}/fs/a.c\n`,
  );
});

test('a patch that has become a commit changes nothing', async () => {
  const [path, context] = [await newTree(), await newContext()];
  const files = { 'fs/a.c': '#include "a.h"\nint a = A + 10;\n' };
  const [fix, more] = [await patchOf(path, files), await patchOf(path, { 'fs/b.h': '#define B 3\n' })];
  await build(path, [fix], context);
  await build(path, [fix, more], context);
  await write(path, { 'fs/b.h': '#define B 3\n' });
  await git(path, 'commit', '--quiet', '--all', '-m', 'two');
  expect(await build(path, [fix], context)).toMatchObject({ made: 0 });
});

test('a tree whose build was cut short is made anew, and that is said', async () => {
  const reason = 'the last build in it did not end';
  const [path, context] = [await newTree(), await newContext()];
  await build(path, [], context);
  await expect(build(path, [], context, async () => Promise.reject(new Error('killed')))).rejects.toThrow('killed');
  expect(await build(path, [], context)).toMatchObject({ made: 2, tree: { madeAnew: reason } });
  expect(context.lines).toContain(`the tree of earlier builds is made anew: ${reason}`);
});

test("a series' tree that was cut short is copied again from the tree without it", async () => {
  const [path, context] = [await newTree(), await newContext()];
  const fix = await patchOf(path, { 'fs/a.c': 'int a = 5;\n' });
  await build(path, [], context);
  await expect(build(path, [fix], context, async () => Promise.reject(new Error('killed')))).rejects.toThrow('killed');
  expect(await build(path, [fix], context)).toMatchObject({
    made: 1,
    tree: { madeAnew: 'the last build in it did not end' },
  });
});

test('a tree that was moved, or built before the host was started, or in the future, is made anew', async () => {
  const [path, context] = [await newTree(), await newContext()];
  const { tree } = await build(path, [], context);
  const file = join(dirname(tree.sourceDir), 'state.json');
  const state = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
  for (const [wrong, reason] of [
    [{ path: '/elsewhere' }, 'it was moved'],
    [{ bootId: 'another' }, 'this host was started since'],
    [{ endedMs: Date.now() + 60_000 }, "this host's clock was set back"],
    [{ version: 0 }, 'another pmemrig left it, or its state is damaged'],
  ] as const) {
    await writeFile(file, JSON.stringify({ ...state, ...wrong }));
    expect(await build(path, [], context)).toMatchObject({ made: 2, tree: { madeAnew: reason } });
  }
});

test('a kernel that does not compile leaves a tree that can be built on', async () => {
  const [path, context] = [await newTree(), await newContext()];
  await build(path, [], context);
  await write(path, { 'fs/a.c': 'int a = 3;\n' });
  await expect(build(path, [], context, refuse)).rejects.toThrow('does not compile');
  expect(await build(path, [], context)).toMatchObject({
    made: 1,
    image: expect.stringContaining('int a = 3;') as string,
  });
});

test('an error that a kept tree may have brought about is tried on a new one', async () => {
  const [path, context] = [await newTree(), await newContext()];
  await build(path, [], context);
  expect(await build(path, [], context, failOnKept)).toMatchObject({
    made: 2,
    tree: { madeAnew: 'a build on it failed: no rule' },
  });
});

test('two builds of one tree at once wait for each other, and both are right', async () => {
  const [path, context] = [await newTree(), await newContext()];
  const fix = await patchOf(path, { 'fs/a.c': 'int a = 5;\n' });
  const images = await Promise.all([build(path, [], context), build(path, [fix], context), build(path, [], context)]);
  expect(images.map(({ image }) => /int a = .*;/.exec(image)?.[0])).toEqual(['int a = 1;', 'int a = 5;', 'int a = 1;']);
});

test('links that a makefile put into the tree lead to nothing outside of it', async () => {
  const [path, context] = [await newTree(), await newContext()];
  const fix = await patchOf(path, { 'fs/a.c': 'int a = 5;\n' });
  const outside = await newFolder();
  await write(outside, { 'a.c': 'mine\n' });
  const { tree } = await build(path, [fix], context);
  await rm(join(tree.sourceDir, 'fs'), { recursive: true });
  await execa('ln', ['-s', outside, join(tree.sourceDir, 'fs')]);
  const more = await patchOf(path, { 'fs/b.h': '#define B 6\n' });
  expect(await build(path, [fix, more], context)).toMatchObject({
    made: 2,
    tree: { madeAnew: 'a link leads from fs/a.c out of the tree' },
  });
  expect(await readFile(join(outside, 'a.c'), 'utf8')).toBe('mine\n');
});

/** A step of a day's work: files that are written or removed, and whether a patch is put on top. */
const step = fc.record({
  files: fc.dictionary(
    fc.constantFrom('fs/a.c', 'fs/b.c', 'fs/a.h', 'fs/b.h', 'fs/c.c', 'fs/c.h'),
    fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined }),
    { maxKeys: 3 },
  ),
  withC: fc.boolean(),
  patched: fc.boolean(),
  commit: fc.boolean(),
});
const textOf = (name: string, n: number): string => {
  const id = name.slice(3, 4);
  if (name.endsWith('.h')) return `#define ${id.toUpperCase()} ${n}\n`;
  return n === 0 ? `int ${id};\n` : `#include "${n === 1 ? 'a' : 'b'}.h"\nint ${id} = ${n === 1 ? 'A' : 'B'};\n`;
};

test('whatever was built before, the image is that of a build from scratch', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 5 }), async (steps) => {
      const [path, context] = [await newTree(), await newContext()];
      await build(path, [], context);
      for (const { files, withC, patched, commit } of steps) {
        for (const [name, n] of Object.entries(files))
          if (n === undefined) await rm(join(path, name), { force: true });
          else await write(path, { [name]: textOf(name, n) });
        await write(path, { 'fs/Makefile': withC ? 'obj-y := a.o b.o c.o\n' : 'obj-y := a.o b.o\n' });
        if (commit || patched) {
          await git(path, 'add', '--all');
          await git(path, 'commit', '--quiet', '--allow-empty', '-m', 'step');
        }
        const patches = patched ? [await patchOf(path, { 'fs/a.c': 'int a = 99;\n', 'fs/b.h': '#define B 98\n' })] : [];
        const [kept, whole] = await Promise.all([
          build(path, patches, context).then(
            ({ image }) => image,
            () => 'it does not compile',
          ),
          build(path, patches, await newContext()).then(
            ({ image }) => image,
            () => 'it does not compile',
          ),
        ]);
        expect(kept).toBe(whole);
      }
    }),
    { numRuns: 10 },
  );
});

test('patches of kernels that are built later are tried on the source without its own, and leave nothing', async () => {
  const [path, context] = [await newTree(), await newContext()];
  const onSource = await patchOf(path, { 'fs/a.c': '#include "a.h"\nint a = A + 2;\n', 'fs/c.c': 'int c;\n' });
  const alike = await patchOf(path, { 'fs/a.c': '#include "a.h"\nint a = A + 3;\n', 'fs/c.c': 'int c = 1;\n' });
  // Both begin with the source's own files: neither fits on the other.
  const { image, tree } = await build(path, [onSource], context, undefined, [[alike], [alike]]);
  expect(image).toContain('int a = 1 + 2;');
  expect(await readdir(dirname(tree.sourceDir))).toEqual(expect.not.arrayContaining([expect.stringMatching(/^try-/)]));
  const misfit = { label: 'misfit.patch', diff: alike.diff.replace('-int a = A;', '-int a = B;') };
  const body = vi.fn<() => Promise<void>>(async () => undefined);
  await expect(build(path, [], context, body, [[alike], [misfit]])).rejects.toMatchObject({
    code: 'patch-failed',
    message: expect.stringContaining('misfit.patch does not apply') as string,
  });
  expect(body).not.toHaveBeenCalled();
});
