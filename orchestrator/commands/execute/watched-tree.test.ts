import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { expect, onTestFinished, test } from 'vitest';
import { watchTree } from './watched-tree.ts';

const CONTEXT = { cacheDir: '/none', log: () => undefined };
const IDENTITY = ['-c', 'user.name=a', '-c', 'user.email=a@b'];

async function newTree() {
  const path = mkdtempSync(join(tmpdir(), 'pmemrig-tree-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  const git = async (...words: string[]) => execa('git', [...IDENTITY, ...words], { cwd: path });
  mkdirSync(join(path, 'fs'));
  writeFileSync(join(path, 'fs', 'dax.c'), 'one\n');
  writeFileSync(join(path, '.gitignore'), '*.o\n');
  await git('init', '--quiet');
  await git('add', '.');
  await git('commit', '--quiet', '-m', 'one');
  return { path, git };
}

/** Longer than a change takes to be found on a busy host. */
const FOUND_MS = 30_000;
const NOT_FOUND_MS = 1500;

/** Waits for a change while `act` goes on; tells whether one was found. */
async function watch(path: string, act: () => unknown, ms = FOUND_MS, ref?: string): Promise<boolean> {
  const stop = new AbortController();
  const watcher = watchTree({ path, ...(ref !== undefined && { ref }) }, CONTEXT, { settledMs: 30, pollMs: 50 });
  const waiting = watcher.next(await watcher.look(), stop.signal);
  await sleep(200);
  await act();
  const ended = await Promise.race([waiting.then((found) => found !== undefined), sleep(ms, false)]);
  stop.abort();
  await waiting;
  return ended;
}

test('a save is a change, also in a folder that is new', async () => {
  const { path } = await newTree();
  expect(await watch(path, () => writeFileSync(join(path, 'fs', 'dax.c'), 'two\n'))).toBe(true);
  const add = async (): Promise<void> => {
    mkdirSync(join(path, 'drivers', 'dax'), { recursive: true });
    await sleep(300);
    writeFileSync(join(path, 'drivers', 'dax', 'bus.c'), 'three\n');
  };
  expect(await watch(path, add)).toBe(true);
});

test('one that came before the wait is found, too', async () => {
  const { path } = await newTree();
  const watcher = watchTree({ path }, CONTEXT);
  const before = await watcher.look();
  writeFileSync(join(path, 'fs', 'dax.c'), 'two\n');
  expect(await watcher.next(before, new AbortController().signal)).toMatchObject({ path });
});

test('what git ignores is none, nor is a save of the same, nor a commit of what was saved', async () => {
  const { path, git } = await newTree();
  expect(await watch(path, () => writeFileSync(join(path, 'fs', 'dax.o'), 'object'), NOT_FOUND_MS)).toBe(false);
  expect(await watch(path, () => writeFileSync(join(path, 'fs', 'dax.c'), 'one\n'), NOT_FOUND_MS)).toBe(false);
  writeFileSync(join(path, 'fs', 'dax.c'), 'two\n');
  expect(await watch(path, async () => git('commit', '--quiet', '--all', '-m', 'two'), NOT_FOUND_MS)).toBe(false);
});

test('of a named revision only its moves are changes', async () => {
  const { path, git } = await newTree();
  expect(await watch(path, () => writeFileSync(join(path, 'fs', 'dax.c'), 'two\n'), NOT_FOUND_MS, 'HEAD')).toBe(false);
  expect(await watch(path, async () => git('commit', '--quiet', '--all', '-m', 'two'), FOUND_MS, 'HEAD')).toBe(true);
});
