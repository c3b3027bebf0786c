import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readRunLinks } from './run-links.ts';

test('a run has the names of all links that point at it; one that points at nothing names none', async () => {
  const runs = await mkdtemp(join(tmpdir(), 'pmemrig-links-'));
  try {
    await mkdir(join(runs, 'a'));
    await mkdir(join(runs, 'pinned'));
    await symlink('a', join(runs, 'latest'));
    for (const [name, target] of [
      ['v2', '../a'],
      ['v1', '../a'],
      ['gone', '../b'],
      ['.v3.17', '../a'],
    ] as const)
      await symlink(target, join(runs, 'pinned', name));
    expect([...(await readRunLinks(runs))]).toEqual([['a', ['latest', 'pinned:v1', 'pinned:v2']]]);
    expect((await readRunLinks(join(runs, 'none'))).size).toBe(0);
  } finally {
    await rm(runs, { recursive: true });
  }
});
