import { appendFileSync, mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { findWatcher, watchFile } from './watched-kernel.ts';

const QUICK = { pollMs: 5, settledMs: 60 };

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'pmemrig-watch-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  return dir;
}

/** Waits for a change while `act` goes on; gives the file's name and whether the wait ended by itself. */
async function watch(path: string, act: () => Promise<void>) {
  const stop = new AbortController();
  const watcher = watchFile(path, QUICK);
  const waiting = watcher.next(await watcher.look(), stop.signal);
  await act();
  const ended = await Promise.race([waiting, sleep(400, 'still waiting')]);
  stop.abort();
  await waiting;
  return ended;
}

test('a file that grows is waited for until it is whole', async () => {
  const path = join(folder(), 'bzImage');
  writeFileSync(path, 'old');
  const found = await watch(path, async () => {
    writeFileSync(path, 'n');
    for (const part of ['e', 'w', '!']) {
      await sleep(30);
      appendFileSync(path, part);
    }
  });
  expect(found).toEqual(await watchFile(path).look());
});

test('a file that is renamed into place, or was not there before, is a change', async () => {
  const dir = folder();
  const path = join(dir, 'bzImage');
  const appear = async (): Promise<void> => {
    writeFileSync(join(dir, 'aside'), String(Math.random()));
    renameSync(join(dir, 'aside'), path);
  };
  expect(await watch(path, appear)).toMatchObject({ path });
  expect(await watch(path, appear)).toMatchObject({ path });
});

test('touching it, or writing the same bytes, is none', async () => {
  const path = join(folder(), 'bzImage');
  writeFileSync(path, 'same');
  expect(await watch(path, async () => utimesSync(path, new Date(), new Date()))).toBe('still waiting');
  expect(await watch(path, async () => writeFileSync(path, 'same'))).toBe('still waiting');
});

test('the next package of the same name is a change, another kernel beside it is not', async () => {
  const dir = folder();
  const path = join(dir, 'linux-image-6.12.0_6.12.0-3_amd64.deb');
  writeFileSync(path, 'three');
  expect(await watch(path, async () => writeFileSync(join(dir, 'linux-image-6.13.0_6.13.0-1_amd64.deb'), 'x'))).toBe(
    'still waiting',
  );
  expect(
    await watch(path, async () => writeFileSync(join(dir, 'linux-image-6.12.0_6.12.0-4_amd64.deb'), 'four')),
  ).toMatchObject({ path: join(dir, 'linux-image-6.12.0_6.12.0-4_amd64.deb') });
});

test('of a tree its source is watched, of a package in an archive nothing', () => {
  const context = { cacheDir: '/none', log: () => undefined };
  expect(findWatcher({ source: { tree: '/a$$b/linux' } }, context).path).toBe('/a$b/linux');
  expect(findWatcher({ image: '/x/bzImage' }, context).path).toBe('/x/bzImage');
  expect(() => findWatcher({ debian: { release: 'bookworm' } }, context)).toThrow(
    expect.objectContaining({ code: 'nothing-to-watch' }),
  );
});
