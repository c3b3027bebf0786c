import { appendFile, mkdir, mkdtemp, open, readFile, rm, stat, truncate, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { asNormalUser } from '../../orchestrator/model/testing/as-normal-user.ts';
import { createDeferred } from '../deferred.ts';
import { findDamage, recordSums, sumsOf } from './entry-sums.ts';
import { listEntries, removeEntry } from './list-entries.ts';
import { withLock } from './lock.ts';
import { discardDamaged, entryOf, getOrCreate } from './store.ts';

const NAME = 'kernels/linux-6.1';
const FILES = {
  vmlinux: 'v'.repeat(20_000),
  'modules.ext4': 'm'.repeat(9000),
  'debug/vmlinux': 'd',
  'lib/modules/6.1/kernel/a.ko': 'ko',
  'lib/modules/6.1/modules.dep': 'kernel/a.ko:',
  'kbuild/Makefile': 'all:',
  zeros: '\0'.repeat(20_000),
};

async function newEntry() {
  const cacheDir = await mkdtemp(join(tmpdir(), 'damage-'));
  onTestFinished(() => rm(cacheDir, { recursive: true }));
  const notes: string[] = [];
  const context = { cacheDir, log: () => undefined, note: (text: string) => void notes.push(text) };
  let builds = 0;
  const request = {
    kind: 'kernels',
    key: 'linux-6.1',
    holds: () => ['vmlinux', 'modules.ext4', 'lib/modules'],
    build: async (dir: string): Promise<void> => {
      builds += 1;
      for (const [name, text] of Object.entries(FILES)) {
        await mkdir(dirname(join(dir, name)), { recursive: true });
        await writeFile(join(dir, name), text);
      }
    },
  };
  const entry = await getOrCreate(request, context);
  return { cacheDir, context, entry, notes, use: async () => getOrCreate(request, context), builds: () => builds };
}

/** Overwrites a page in the midst of a file, whose size and, as far as a disk is concerned, times stay. */
async function flip(path: string): Promise<void> {
  await using file = await open(path, 'r+');
  await file.write(Buffer.alloc(4096, 0x55), 0, 4096, 8192);
}

test.each([
  [
    'a truncated file',
    async (entry: string) => truncate(join(entry, 'vmlinux'), 100),
    'vmlinux has 100 bytes instead of 20000',
  ],
  [
    'an empty one',
    async (entry: string) => truncate(join(entry, 'debug/vmlinux'), 0),
    'debug/vmlinux has 0 bytes instead of 1',
  ],
  [
    'one that grew',
    async (entry: string) => appendFile(join(entry, 'modules.ext4'), 'x'),
    'modules.ext4 has 9001 bytes instead of 9000',
  ],
  [
    'an index of modules that is empty',
    async (entry: string) => truncate(join(entry, 'lib/modules/6.1/modules.dep'), 0),
    'lib/modules/6.1/modules.dep has 0 bytes instead of 12',
  ],
  ['one that is gone', async (entry: string) => unlink(join(entry, 'modules.ext4')), 'modules.ext4 is missing'],
])('an entry with %s is made again at its next use, and the run says so', async (_, damage, words) => {
  const { entry, use, builds, notes } = await newEntry();
  await damage(entry);
  expect(await use()).toBe(entry);
  expect(builds()).toBe(2);
  expect(notes).toEqual([`the cache's entry kernels/linux-6.1 was damaged (${words}) and is made again`]);
  expect(await readFile(join(entry, 'vmlinux'), 'utf8')).toBe(FILES.vmlinux);
  await use();
  expect(builds()).toBe(2);
});

test('a flipped page is found by the whole check alone; the entry is then gone, and the next use makes it', async () => {
  const { entry, context, use, builds } = await newEntry();
  await flip(join(entry, 'vmlinux'));
  await use();
  expect(builds()).toBe(1);
  expect(await discardDamaged(NAME, context)).toEqual({ damage: 'vmlinux is not what it was when it was made' });
  await use();
  expect(builds()).toBe(2);
  expect(await discardDamaged(NAME, context)).toBeUndefined();
});

test('an entry that another run makes again meanwhile is damaged, and stays', async () => {
  const { entry, context, use, builds } = await newEntry();
  await flip(join(entry, 'vmlinux'));
  let discarded: ReturnType<typeof discardDamaged> | undefined;
  await withLock({ path: `${entry}.lock`, what: 'the other run', log: () => undefined }, async () => {
    const waits = createDeferred<void>();
    discarded = discardDamaged(NAME, { ...context, log: () => waits.resolve() });
    await waits.promise;
    await writeFile(join(entry, 'vmlinux'), FILES.vmlinux);
  });
  expect(await discarded).toEqual({ damage: 'vmlinux is not what it was when it was made' });
  await use();
  expect(builds()).toBe(1);
});

test('a damaged entry in a cache that this user may only read is named, and stays', async () => {
  const { cacheDir, entry, context } = await newEntry();
  await flip(join(entry, 'vmlinux'));
  await asNormalUser([cacheDir, dirname(entry)], async () => {
    expect(await discardDamaged(NAME, context)).toEqual({
      damage: 'vmlinux is not what it was when it was made',
      kept: expect.stringContaining('permission denied') as string,
    });
  });
});

test.each([
  ['/c/kernels/linux-6.1/vmlinux', 'kernels/linux-6.1'],
  ['/c/images/i/lib/a', 'images/i'],
  ['/etc/hostname', undefined],
  ['/c-other/kernels/k/vmlinux', undefined],
  ['/c', undefined],
])('%s lies in the entry %s', (file, name) => expect(entryOf(file, '/c')).toBe(name));

test('a module tree is looked at by the whole check, headers by none', async () => {
  const { entry } = await newEntry();
  await writeFile(join(entry, 'kbuild/Makefile'), 'else');
  expect(await findDamage(entry)).toBeUndefined();
  await writeFile(join(entry, 'lib/modules/6.1/kernel/a.ko'), 'OK');
  expect(await findDamage(entry)).toBe('lib/modules/6.1/kernel/a.ko is not what it was when it was made');
});

test('an entry of an earlier version is taken as it is, and watched from then on', async () => {
  const { entry, use, builds, notes } = await newEntry();
  await rm(sumsOf(entry));
  await use();
  await truncate(join(entry, 'vmlinux'), 1);
  await use();
  expect([builds(), notes.length]).toEqual([2, 1]);
});

test('sums that cannot be read are none, and go with their entry', async () => {
  const { cacheDir, context, entry, use, builds } = await newEntry();
  await writeFile(sumsOf(entry), '{"files":');
  await use();
  expect(builds()).toBe(1);
  for (const found of await listEntries('kernels', cacheDir)) await removeEntry(found, context);
  await expect(readFile(sumsOf(entry))).rejects.toThrow('ENOENT');
});

test.each(['modules.ext4', 'lib/modules', 'vmlinux'])(
  'an entry of an earlier version that lacks %s is made again',
  async (name) => {
    const { entry, use, builds, notes } = await newEntry();
    await rm(sumsOf(entry));
    await rm(join(entry, name), { recursive: true });
    await use();
    await use();
    expect(builds()).toBe(2);
    expect(notes).toEqual([`the cache's entry kernels/linux-6.1 was damaged (${name} is missing) and is made again`]);
  },
);

test('an entry of an earlier version that its first use took without what it lacks is made again as well', async () => {
  const { entry, use, builds } = await newEntry();
  await rm(join(entry, 'modules.ext4'));
  await recordSums(entry, entry);
  await use();
  expect(builds()).toBe(2);
});

test('an entry without sums is not read in a cache that takes none', async () => {
  const { cacheDir, entry, use, builds } = await newEntry();
  await rm(sumsOf(entry));
  // It would take hours.
  await truncate(join(entry, 'zeros'), 2 ** 40);
  await asNormalUser([cacheDir, dirname(entry), dirname(sumsOf(entry))], use);
  expect(builds()).toBe(1);
});

test('a builder that lost its lock leaves the sums of the entry that another has finished', async () => {
  const { cacheDir, context } = await newEntry();
  const build = async (dir: string): Promise<void> => {
    await rm(join(cacheDir, 'kernels', 'twice.lock'), { recursive: true });
    await getOrCreate(
      { kind: 'kernels', key: 'twice', build: async (own) => writeFile(join(own, 'vmlinux'), 'theirs') },
      context,
    );
    await writeFile(join(dir, 'vmlinux'), 'mine');
  };
  const entry = await getOrCreate({ kind: 'kernels', key: 'twice', build }, context);
  expect(await readFile(join(entry, 'vmlinux'), 'utf8')).toBe('theirs');
  expect(await findDamage(entry)).toBeUndefined();
});

test('a file is the same with holes in it', async () => {
  const { entry, context } = await newEntry();
  await truncate(join(entry, 'zeros'), 0);
  await truncate(join(entry, 'zeros'), FILES.zeros.length);
  expect((await stat(join(entry, 'zeros'))).blocks).toBe(0);
  expect(await discardDamaged(NAME, context)).toBeUndefined();
});
