import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { InfraError } from '../../orchestrator/model/errors.ts';
import { getOrCreate } from '../store/store.ts';
import type { DebianArchive } from './debian-apt.ts';
import { prepareNewest } from './last-prepared.ts';
import type { PackageRecord } from './package-record.ts';

const noNetwork = new InfraError('Could not resolve', { code: 'no-network' });

function kernel(version: string): PackageRecord {
  return { name: `linux-image-${version}-amd64`, version, sha256: version, depends: [] };
}

interface World {
  readonly newest: PackageRecord;
  readonly download?: Error;
  readonly open?: Error;
  readonly flavour?: string;
}

/** A host with an empty cache, on which one can prepare the newest kernel again and again. */
async function newHost() {
  const cacheDir = await mkdtemp(join(tmpdir(), 'last-'));
  onTestFinished(() => rm(cacheDir, { recursive: true }));
  const context = { cacheDir, log: () => undefined };
  const prepare = ({ newest, download, open, flavour = 'amd64' }: World) => {
    const archive: DebianArchive = {
      suite: 'bookworm',
      uri: 'http://m/debian',
      keyring: '/k',
      offline: undefined,
      find: () => Promise.resolve(newest),
      download: (_, dir) => (download ? Promise.reject(download) : Promise.resolve(dir)),
    };
    return prepareNewest(
      {
        suite: 'bookworm',
        name: `linux-image-${flavour}`,
        open: () => (open ? Promise.reject(open) : Promise.resolve(archive)),
        find: () => Promise.resolve([newest] as const),
        prepare: ([record], fetch) =>
          getOrCreate(
            {
              kind: 'kernels',
              key: record.name,
              build: async (dir) => writeFile(join(await fetch(record, dir), 'vmlinuz'), record.version),
            },
            context,
          ),
      },
      context,
    );
  };
  return { cacheDir, prepare };
}

test('when the newest cannot be fetched without a network, what was prepared last serves, and a note says so', async () => {
  const { cacheDir, prepare } = await newHost();
  await prepare({ newest: kernel('6.1.1') });
  expect(await prepare({ newest: kernel('6.1.2'), download: noNetwork })).toStrictEqual({
    records: [kernel('6.1.1')],
    prepared: join(cacheDir, 'kernels', 'linux-image-6.1.1-amd64'),
    offline: 'no network: linux-image-6.1.2-amd64 6.1.2 cannot be fetched, using what was prepared earlier',
  });
});

test('what an earlier version prepared last serves as well', async () => {
  const { cacheDir, prepare } = await newHost();
  await prepare({ newest: kernel('6.1.1') });
  await writeFile(join(cacheDir, 'apt', 'bookworm-linux-image-amd64.json'), JSON.stringify(kernel('6.1.1')));
  expect(await prepare({ newest: kernel('6.1.2'), open: noNetwork })).toMatchObject({
    records: [{ version: '6.1.1' }],
  });
});

test('an archive that cannot even be opened for want of network is no hindrance either', async () => {
  const { prepare } = await newHost();
  await prepare({ newest: kernel('6.1.1') });
  expect(await prepare({ newest: kernel('6.1.2'), open: noNetwork })).toMatchObject({
    records: [{ version: '6.1.1' }],
    offline: 'no network: using what was prepared earlier',
  });
});

test('with a network again the newest is taken, and remembered', async () => {
  const { prepare } = await newHost();
  await prepare({ newest: kernel('6.1.1') });
  expect(await prepare({ newest: kernel('6.1.2') })).toMatchObject({
    records: [{ version: '6.1.2' }],
    offline: undefined,
  });
  expect(await prepare({ newest: kernel('6.1.3'), download: noNetwork })).toMatchObject({
    records: [{ version: '6.1.2' }],
  });
});

test.each([
  ['any other failure', { download: new InfraError('Hash Sum mismatch', { code: 'apt-download' }) }, 'apt-download'],
  ['another flavour', { download: noNetwork, flavour: 'rt-amd64' }, 'no-network'],
])('%s is reported, and nothing older is taken', async (_, world, code) => {
  const { prepare } = await newHost();
  await prepare({ newest: kernel('6.1.1') });
  await expect(prepare({ newest: kernel('6.1.2'), ...world })).rejects.toMatchObject({ code });
});

test('what the store no longer holds cannot serve: the network is what lacks', async () => {
  const { cacheDir, prepare } = await newHost();
  await prepare({ newest: kernel('6.1.1') });
  await rm(join(cacheDir, 'kernels'), { recursive: true });
  await expect(prepare({ newest: kernel('6.1.2'), download: noNetwork })).rejects.toBe(noNetwork);
});
