import { mkdtempSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readAccess } from '../../../guests/ssh/access.ts';
import { GuestDeath, SuiteSetupError } from '../../model/errors.ts';
import { ACCESS_FILE, GuestKeeper } from './keep-guest.ts';
import { fakeCell, fakeWorld, type Script } from '../testing/fake-world.ts';

/** A cell whose guests can be kept, run to its end; gives how its tests ended, and the guests that were let go. */
async function run(
  scripts: Readonly<Record<string, readonly Script[]>>,
  options: Pick<Parameters<typeof fakeWorld>[0], 'retries' | 'room' | 'openError'> = {},
) {
  const dir = mkdtempSync(join(tmpdir(), 'pmemrig-keep-'));
  const keeper = new GuestKeeper(dir, () => undefined);
  const world = fakeWorld({ scripts, access: { port: 1, clientKey: 'secret', hostKey: 'h' }, ...options });
  await world.runCell(fakeCell('k/nvdimm/fio', Object.keys(scripts)), { keeper });
  const ends = world.events.flatMap((event) =>
    event.type === 'test-end' && !event.test.startsWith('guest/')
      ? [`${event.test}#${event.attempt} ${event.status}`]
      : [],
  );
  return { dir, keeper, world, ends };
}

test('the guest of the first failure is kept, and the other tests go on in a fresh one', async () => {
  const { keeper, world, ends, dir } = await run({
    a: [{ status: 'pass' }],
    b: [{ status: 'fail', message: 'no' }],
    c: [{ status: 'fail', message: 'no' }],
    d: [{ status: 'pass' }],
  });
  expect(keeper.kept).toMatchObject({ test: 'b', id: 1 });
  expect(ends).toEqual(['a#1 pass', 'b#1 fail', 'c#1 fail', 'd#1 pass']);
  expect(world.boots()).toBe(2);
  expect(world.disposed).not.toContain(1);

  const file = join(dir, 'guests', '1', ACCESS_FILE);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(await readAccess(file)).toMatchObject({ port: 1, about: { test: 'b' } });
  await keeper[Symbol.asyncDispose]();
  expect(world.disposed).toContain(1);
  expect(await readdir(join(dir, 'guests', '1'))).toEqual([]);
});

test('a retry meets a fresh guest, as without', async () => {
  expect((await run({ a: [{ status: 'fail', message: 'no' }, { status: 'pass' }] }, { retries: 1 })).ends).toEqual([
    'a#1 fail',
    'a#2 pass',
  ]);
});

test('a guest that died, and one in which nothing failed, are let go', async () => {
  expect(
    (
      await run({
        a: [new GuestDeath('panic', 'Oops', '')],
        b: [{ status: 'pass' }],
        c: [{ status: 'skip', message: 'x' }],
      })
    ).keeper.kept,
  ).toBeUndefined();
});

test('a guest that cannot hold the suite is kept as its set-up left it', async () => {
  const { keeper, world } = await run(
    { a: [{ status: 'pass' }] },
    { openError: new SuiteSetupError('mkfs.ext4 failed', 'no space') },
  );
  expect(keeper.kept).toMatchObject({ test: 'a', id: 1 });
  expect(world.disposed).toEqual([]);
});

test('without room for another guest beside the kept one, the rest is not reached, and nobody waits for ever', async () => {
  const { ends, world } = await run({ a: [{ status: 'fail', message: 'no' }], b: [{ status: 'pass' }] }, { room: 1 });
  expect(ends).toEqual(['a#1 fail']);
  expect(world.events.findLast((event) => event.type === 'test-end' && event.test === 'guest/boot')).toMatchObject({
    status: 'infra',
    message: expect.stringContaining('of memory') as string,
  });
});
