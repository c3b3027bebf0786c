import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { trySandboxed } from '../../store/sandbox.ts';
import { isOnPath } from './build-tools.ts';
import { openCompilerCache } from './ccache.ts';

const hasCcache = (await isOnPath('ccache')) && (await isOnPath('gcc'));

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ccache-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  vi.stubEnv('CCACHE_DIR', join(dir, 'users'));
  vi.stubEnv('CCACHE_MAXSIZE', '7G');
  // A compiler that says when it compiles.
  await mkdir(join(dir, 'bin'));
  await writeFile(
    join(dir, 'bin', 'gcc'),
    '#!/bin/sh\ncase " $* " in *" -E "*) ;; *" -c "*) echo compiled >> compiled ;; esac\nPATH=${PATH#*:} exec gcc "$@"\n',
    { mode: 0o755 },
  );
  vi.stubEnv('PATH', `${join(dir, 'bin')}:${process.env['PATH'] ?? ''}`);
  onTestFinished(() => void vi.unstubAllEnvs());
});

/** Compiles one file as a build with these patches would, and gives what ccache counted in its own folder. */
async function compile(patches: readonly string[], text: string): Promise<string> {
  const sourceDir = join(dir, 'source');
  await mkdir(sourceDir, { recursive: true });
  await writeFile(join(sourceDir, 'a.c'), text);
  const { env, view } = await openCompilerCache(
    patches.map((diff) => ({ label: '', diff })),
    sourceDir,
    { cacheDir: join(dir, 'cache'), log: () => undefined },
  );
  const made = await trySandboxed(
    ['sh', '-c', 'ccache gcc -c a.c -o a.o && ccache --print-stats'],
    { ...view, writable: [sourceDir, ...view.writable] },
    { cwd: sourceDir, env },
  );
  expect(made).toMatchObject({ ok: true });
  return made.stdout;
}

const compiled = async (): Promise<number> =>
  (await readFile(join(dir, 'source', 'compiled'), 'utf8')).split('\n').length - 1;
const count = (stats: string, name: string): number => Number(new RegExp(`^${name}\\s+(\\d+)`, 'm').exec(stats)?.[1]);

describe.runIf(hasCcache)('ccache', () => {
  test("a source of the user's own fills the user's cache, with the user's size", async () => {
    expect(count(await compile([], 'int a;'), 'cache_miss')).toBe(1);
    const again = await compile([], 'int a;');
    expect(count(again, 'direct_cache_hit')).toBe(1);
    const { env } = await openCompilerCache([], dir, { cacheDir: dir, log: () => undefined });
    expect(env).toMatchObject({ CCACHE_MAXSIZE: '7.0G' });
  });

  test("a build with patches reads the user's cache and writes to its own alone", async () => {
    await compile([], 'int a;');
    const before = await readdir(join(dir, 'users'), { recursive: true });
    expect(count(await compile(['p1', 'p2'], 'int b;'), 'cache_miss')).toBe(1);
    expect(await compiled()).toBe(2);
    // The next step of the series finds it; what it takes from the user's is not compiled, either.
    expect(count(await compile(['p1', 'p2', 'p3'], 'int b;'), 'direct_cache_hit')).toBe(1);
    await compile(['p1'], 'int a;');
    expect(await compiled()).toBe(2);
    expect(await readdir(join(dir, 'users'), { recursive: true })).toEqual(before);
    expect(await readdir(join(dir, 'cache', 'ccache'))).toHaveLength(1);
  });
});
