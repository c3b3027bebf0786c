import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { listEntries, removeEntry } from './list-entries.ts';

test('finished entries are listed, the last used first, and can be removed', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'entries-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  for (const [name, seconds] of [
    ['old', 1000],
    ['new', 2000],
    ['new.lock', 3000],
    ['next.partial-1-2', 3000],
  ] as const) {
    await mkdir(join(dir, 'kernels', name), { recursive: true });
    await writeFile(join(dir, 'kernels', name, 'file'), 'x'.repeat(5000));
    await utimes(join(dir, 'kernels', name), seconds, seconds);
  }
  await rm(join(dir, 'kernels', 'new.lock'), { recursive: true });
  const entries = await listEntries('kernels', dir);
  expect(entries.map(({ key, lastUsedMs }) => [key, lastUsedMs])).toStrictEqual([
    ['new', 2_000_000],
    ['old', 1_000_000],
  ]);
  expect(entries[0]?.sizeBytes).toBeGreaterThanOrEqual(5000);
  for (const entry of entries) await removeEntry(entry, { log: () => undefined });
  expect(await listEntries('kernels', dir)).toStrictEqual([]);
});
