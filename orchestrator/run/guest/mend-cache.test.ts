import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { getOrCreate } from '../../../guests/store/store.ts';
import { GuestDeath, UserError, SuiteSetupError } from '../../model/errors.ts';
import type { Suite } from '../../model/suite.ts';
import { asNormalUser } from '../../model/testing/as-normal-user.ts';
import { createCacheMender } from './mend-cache.ts';
import { rememberTemplates } from './used-templates.ts';
import type { Prepared } from '../prepare/prepare.ts';
import { fakeCell, fakeWorld } from '../testing/fake-world.ts';

const REST = { name: 'k', description: '', digest: '', notes: [] };

async function newCache() {
  const cacheDir = await mkdtemp(join(tmpdir(), 'mend-'));
  onTestFinished(() => rm(cacheDir, { recursive: true }));
  const context = { cacheDir, log: () => undefined };
  const make = async (): Promise<string> =>
    getOrCreate(
      { kind: 'kernels', key: 'k', build: async (dir) => writeFile(join(dir, 'vmlinux'), 'kernel') },
      context,
    );
  const image = join(await make(), 'vmlinux');
  const prepared: Prepared = {
    kernel: { ...REST, image, release: '6.1', initramfs: '/elsewhere/initramfs' },
    image: { ...REST, disk: '/elsewhere/root.ext4' },
  };
  return {
    context,
    image,
    make,
    options: { ...context, signal: new AbortController().signal, prepared: async () => prepared },
  };
}

const CELL = fakeCell('c', ['fio/a']);

test('a sound cache has nothing to do with a failure', async () => {
  const { options } = await newCache();
  const mend = createCacheMender({ ...options, prepareAgain: () => Promise.reject(new Error('not asked for')) });
  expect(await mend(CELL, performance.now())).toBeUndefined();
});

test('what is damaged is named and made again, once; guests that began before have the same excuse, later ones none', async () => {
  const { image, make, options } = await newCache();
  let again = 0;
  const mend = createCacheMender({ ...options, prepareAgain: async () => void ((again += 1), await make()) });
  const start = performance.now();
  await writeFile(image, 'KERNEL');
  const sentences = await Promise.all([mend(CELL, start), mend(CELL, start)]);
  expect(sentences[0]).toMatch(
    /^the cache was damaged: kernels\/k \(vmlinux is not what it was when it was made\)\. It /,
  );
  expect(sentences[1]).toBe(sentences[0]);
  expect(again).toBe(1);
  expect(await mend(CELL, performance.now())).toBeUndefined();
});

test('cells that share a damaged image have the same excuse, and each entry is looked at once', async () => {
  const { context, image, make, options } = await newCache();
  const disk = join(
    await getOrCreate(
      { kind: 'images', key: 'i', build: async (dir) => writeFile(join(dir, 'root.ext4'), 'root') },
      context,
    ),
    'root.ext4',
  );
  await make();
  const preparedOf = (kernel: string): Prepared => ({
    kernel: { ...REST, image: kernel, release: '6.1', initramfs: '/elsewhere/initramfs' },
    image: { ...REST, disk },
  });
  const again: string[] = [];
  const mend = createCacheMender({
    ...options,
    prepared: async ({ id }) => preparedOf(id === 'one' ? image : '/elsewhere/vmlinux'),
    prepareAgain: async ({ id }) => void again.push(id),
  });
  const start = performance.now();
  await writeFile(disk, 'ROOT');
  expect(await mend(fakeCell('one', ['fio/a']), start)).toMatch(/^the cache was damaged: images\/i /);
  expect(await mend(fakeCell('two', ['fio/a']), start)).toMatch(/^the cache was damaged: images\/i /);
  expect(again).toEqual(['one']);
  // Nobody looks again at what was sound.
  await writeFile(image, 'KERNEL');
  expect(await mend(fakeCell('one', ['fio/a']), performance.now())).toBeUndefined();
});

test('a damaged template excuses the guests that may have been forked from it, and is left for others to make', async () => {
  const { context, options } = await newCache();
  const request = { kind: 'templates', key: 't', build: async (dir: string) => writeFile(join(dir, 'ram'), 'ram') };
  const ram = join(await getOrCreate(request, context), 'ram');
  const used = rememberTemplates();
  const other = { ...fakeCell('other', []), guest: { ...CELL.guest, cpus: 7 } };
  used.add(fakeCell('of the same kind', []), 't');
  const mend = createCacheMender({
    ...options,
    templatesOf: (cell) => used.of(cell),
    prepareAgain: () => Promise.reject(new Error('not asked for')),
  });
  await writeFile(ram, 'RAM');
  expect(await mend(other, 0)).toBeUndefined();
  expect(await mend(CELL, 0)).toMatch(
    /^the cache was damaged: templates\/t \(ram is not .*\)\. It is gone; the next guest of its kind makes another$/,
  );
});

test('a damaged entry that cannot be removed is the excuse of every guest, and is not said to be made again', async () => {
  const { context, image, options } = await newCache();
  const mend = createCacheMender({ ...options, prepareAgain: () => Promise.reject(new Error('not asked for')) });
  await writeFile(image, 'KERNEL');
  await asNormalUser([context.cacheDir, join(context.cacheDir, 'kernels')], async () => {
    expect(await mend(CELL, performance.now())).toMatch(
      /^the cache was damaged: kernels\/k \(vmlinux is .*\)\. It cannot be removed: .*permission denied/,
    );
    expect(await mend(CELL, performance.now())).toMatch(/It cannot be removed/);
  });
});

test('what cannot be made again is said with why', async () => {
  const { image, options } = await newCache();
  await rm(image);
  const mend = createCacheMender({ ...options, prepareAgain: () => Promise.reject(new Error('no network')) });
  expect(await mend(CELL, 0)).toMatch(/vmlinux is missing\)\. It is gone, and could not be made again: .*no network/);
});

test('a boot that failed by a damaged cache is infra and is made good by another guest, whatever the retries', async () => {
  const world = fakeWorld({ scripts: {}, boots: [new GuestDeath('panic', 'Kernel panic', 'Kernel panic')] });
  const sentences = ['the cache was damaged: kernels/k'];
  await world.runCell(CELL, { mendCache: async () => sentences.pop() });
  const ends = world.events.flatMap((event) => (event.type === 'test-end' ? [event] : []));
  expect(ends.filter(({ test }) => test === 'guest/boot')).toMatchObject([
    {
      status: 'infra',
      retried: true,
      message: 'the cache was damaged: kernels/k; what came of it: Kernel panic',
      evidence: 'Kernel panic',
    },
    { status: 'pass' },
  ]);
  expect(ends.find(({ test }) => test === 'fio/a')).toMatchObject({ status: 'pass' });
});

test.each([
  ['damaged', 'infra'],
  ['sound', undefined],
])('a kernel that QEMU cannot boot from a cache that is %s', async (state, status) => {
  const world = fakeWorld({
    scripts: {},
    boots: [new UserError('QEMU cannot boot k', { code: 'kernel-not-bootable', remedy: 'name another' })],
  });
  const sentences = state === 'damaged' ? ['the cache was damaged: kernels/k'] : [];
  const run = world.runCell(CELL, { mendCache: async () => sentences.pop() });
  if (status === undefined) await expect(run).rejects.toThrow('QEMU cannot boot k');
  else await run;
  const boot = world.events.find((event) => event.type === 'test-end' && event.test === 'guest/boot');
  expect(boot && 'status' in boot && boot.status).toBe(status);
});

test('what a kernel from damaged files reported is evidence, and no problem of the kernel', async () => {
  const world = fakeWorld({ scripts: {}, problems: { 'fio/a': [{ title: 'BUG: x' }] }, startedMs: 0 });
  const sentences = ['the cache was damaged: kernels/k'];
  await world.runCell(CELL, { mendCache: async () => sentences.pop() });
  expect(world.events).toContainEqual(
    expect.objectContaining({
      type: 'test-end',
      test: 'fio/a',
      status: 'infra',
      message: 'the cache was damaged: kernels/k; what came of it: the kernel reported: BUG: x',
      evidence: 'Call Trace:',
    }),
  );
  expect(world.events.filter(({ type }) => type === 'problem')).toEqual([]);
});

test('a suite that cannot be set up in a guest from damaged files costs one test, and no test is a failure', async () => {
  const world = fakeWorld({
    scripts: {},
    openError: new SuiteSetupError('mkfs.ext4 was ended by signal SIGSEGV', 'trap'),
    startedMs: 0,
  });
  const sound = fakeWorld({ scripts: {} }).suite;
  const sentences = ['the cache was damaged: images/i'];
  let damaged = true;
  const suite: Suite = {
    ...world.suite,
    open: async (context) => (damaged ? world.suite : sound).open(context),
  };
  const mendCache = async (): Promise<string | undefined> => ((damaged = false), sentences.pop());
  await world.runCell(fakeCell('c', ['fio/a', 'fio/b']), { suite, mendCache });
  const ends = world.events.flatMap((event) =>
    event.type === 'test-end' && event.test.startsWith('fio/') ? [[event.test, event.status, event.message]] : [],
  );
  expect(ends).toEqual([
    ['fio/a', 'infra', 'the cache was damaged: images/i; what came of it: mkfs.ext4 was ended by signal SIGSEGV'],
    ['fio/b', 'pass', undefined],
  ]);
});
