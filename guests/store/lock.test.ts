import { mkdir, mkdtemp, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { withLock } from './lock.ts';

test('a lock that is not renewed is taken over, though its time lies in the future', { timeout: 60_000 }, async () => {
  const dir = await mkdtemp(join(tmpdir(), 'lock-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  const path = join(dir, 'a.lock');
  await mkdir(path);
  const inAYear = Date.now() / 1000 + 365 * 86_400;
  await utimes(path, inAYear, inAYear);
  const lines: string[] = [];
  expect(await withLock({ path, what: 'a', log: (line) => lines.push(line) }, async () => 'done')).toBe('done');
  expect(lines).toEqual(['waiting for another pmemrig that is preparing a']);
});

test('a lock that its holder renews is waited for, whatever its time', { timeout: 60_000 }, async () => {
  const dir = await mkdtemp(join(tmpdir(), 'lock-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  const path = join(dir, 'a.lock');
  await mkdir(path);
  let at = Date.now() / 1000 + 365 * 86_400;
  const renew = setInterval(() => void utimes(path, (at += 5), at).catch(() => undefined), 1000);
  const waiting = new AbortController();
  setTimeout(() => waiting.abort(new Error('still waiting')), 14_000);
  onTestFinished(() => clearInterval(renew));
  await expect(
    withLock({ path, what: 'a', log: () => undefined, signal: waiting.signal }, async () => 'done'),
  ).rejects.toThrow('still waiting');
});
