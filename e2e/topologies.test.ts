import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { NamespaceMode } from '../orchestrator/model/device-kinds.ts';
import type { PmemDevice } from '../orchestrator/model/pmem.ts';
import { GuestBench } from './support/boot.ts';

const MIB = 2 ** 20;
const bench = new GuestBench();
afterAll(() => bench[Symbol.dispose]());

function nvdimm(namespace: NamespaceMode, sizeMib: number, labelSizeBytes = 2 * MIB): PmemDevice {
  return { kind: 'nvdimm', sizeBytes: sizeMib * MIB, namespace, labelSizeBytes };
}
function e820(namespace: NamespaceMode, sizeMib: number): PmemDevice {
  return { kind: 'e820', sizeBytes: sizeMib * MIB, namespace };
}
const virtioPmem: PmemDevice = { kind: 'virtio-pmem', sizeBytes: 130 * MIB };

// Odd sizes and label areas on purpose: a device that is off by a page would put its neighbours out of line.
const mixed = [
  nvdimm('raw', 66),
  nvdimm('fsdax', 258, 128 * 1024),
  virtioPmem,
  nvdimm('devdax', 128, 0),
  nvdimm('sector', 66),
  e820('sector', 64),
  e820('fsdax', 66),
  { kind: 'virtio-blk', sizeBytes: 100 * MIB },
] as const;

test.each(['bookworm', 'bookworm-backports'])(
  'eight mixed devices come up as asked on the kernel of %s',
  async (release) => {
    await using guest = await bench.boot(mixed, { release });
    expect(await guest.setUpPmem()).toEqual({ problems: [] });

    expect(guest.devices.map(({ kind, mode, dax }) => `${kind} ${mode} ${dax ? 'dax' : 'no dax'}`)).toEqual([
      'nvdimm raw no dax',
      'nvdimm fsdax dax',
      'virtio-pmem fsdax dax',
      'nvdimm devdax dax',
      'nvdimm sector no dax',
      'e820 sector no dax',
      'e820 fsdax dax',
      'virtio-blk block no dax',
    ]);
    // Without metadata a device is as large as asked; fsdax and devdax give 2 MiB away.
    const [raw, fsdax, virtio, devdax, , , memmap, disk] = guest.devices.map(({ sizeBytes }) => sizeBytes / MIB);
    expect([raw, fsdax, virtio, devdax, memmap, disk]).toEqual([66, 256, 130, 126, 66, 100]);
    const paths = guest.devices.map(({ path }) => path);
    expect((await guest.exec(['ls', ...paths])).stderr).toBe('');

    // What the guest writes on a device lands in that device's own file.
    const word = randomBytes(16).toString('hex');
    await guest.exec(
      `for path in ${paths[0]} ${paths[2]} ${paths[7]}; do echo ${word}-$path | dd of=$path conv=notrunc,fsync; done`,
    );
    const [rawFile, , virtioFile, , , diskFile] = guest.backingFiles;
    for (const [file, path] of [
      [rawFile, paths[0]],
      [virtioFile, paths[2]],
      [diskFile, paths[7]],
    ] as const) {
      expect(
        readFileSync(file ?? '')
          .subarray(0, 200)
          .toString(),
      ).toContain(`${word}-${path}`);
    }
    // Asked again nothing is remade.
    const before = guest.devices;
    expect(await guest.setUpPmem()).toEqual({ problems: [] });
    expect(guest.devices).toEqual(before);
  },
);

test('every namespace mode works on e820, but raw is named as impossible', async () => {
  await using guest = await bench.boot([e820('devdax', 128), e820('fsdax', 64), e820('raw', 64)]);
  const { problems } = await guest.setUpPmem();
  expect(problems).toEqual([expect.stringMatching(/^device 3 \(e820 64M raw\): namespace\d\.0 is fsdax, not raw$/)]);
  expect(guest.devices.map(({ mode }) => mode)).toEqual(['devdax', 'fsdax']);
});

test('commands, files and folders pass over SSH as they are', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pmemrig-upload-'));
  mkdirSync(join(folder, 'sub dir'));
  const bytes = randomBytes(300_000);
  writeFileSync(join(folder, 'sub dir', 'data'), bytes);
  writeFileSync(join(folder, 'run.sh'), '#!/bin/sh\necho "ran with $1 in $PWD for $NAME"\n');
  chmodSync(join(folder, 'run.sh'), 0o750);
  symlinkSync('run.sh', join(folder, 'link'));
  try {
    await using guest = await bench.boot([]);
    await guest.upload(folder, '/opt/it works');
    const ran = await guest.exec(['./link', "it's"], { cwd: '/opt/it works', env: { NAME: '$x y' } });
    expect(ran).toMatchObject({
      exitCode: 0,
      signal: null,
      stdout: "ran with it's in /opt/it works for $x y\n",
      stderr: '',
      timedOut: false,
      truncated: false,
    });
    expect((await guest.exec(['stat', '-c', '%a %F', '/opt/it works/run.sh', '/opt/it works/link'])).stdout).toBe(
      '750 regular file\n777 symbolic link\n',
    );

    const back = join(folder, 'back');
    expect(await guest.download('/opt/it works/sub dir/data', back)).toEqual({ bytes: bytes.length, truncated: false });
    expect(readFileSync(back).equals(bytes)).toBe(true);
    expect(await guest.download('/opt/it works/sub dir/data', back, { maxBytes: 1000 })).toEqual({
      bytes: 1000,
      truncated: true,
    });
    expect(statSync(back).size).toBe(1000);
    await expect(guest.download('/nonexistent', back)).rejects.toMatchObject({
      code: 'transfer-failed',
      message: expect.stringContaining('/nonexistent') as string,
    });
    await expect(guest.upload(folder, '/opt/x', { maxBytes: 1000 })).rejects.toMatchObject({
      name: 'UserError',
      code: 'upload-too-large',
    });

    await guest.write('/run/secret', Uint8Array.of(0, 255, 10), 0o600);
    expect((await guest.exec('stat -c "%a %s" /run/secret; cat')).stdout).toBe('600 3\n');
    expect((await guest.exec('cat; exit 3', { stdin: 'in' })).stdout).toBe('in');
    expect(await guest.exec('kill -SEGV $$')).toMatchObject({ exitCode: null, signal: 'SIGSEGV' });

    // At the deadline all of it dies, what went into the background and a session of its own too.
    const late = await guest.exec('sleep 4321 & setsid sleep 4321 & echo started; wait', { timeoutMs: 3000 });
    expect(late).toMatchObject({ timedOut: true, stdout: 'started\n' });
    expect((await guest.exec('pgrep -fx "sleep 4321"')).stdout).toBe('');

    const long = await guest.exec('head -c 100000 /dev/zero | tr "\\0" x; echo end', { maxOutputBytes: 1000 });
    expect(long.truncated).toBe(true);
    expect(long.stdout).toHaveLength(1000);
    expect(long.stdout.endsWith('xend\n')).toBe(true);

    await guest.mark('test fio/one starts');
    expect(readFileSync(join(bench.guestDir, 'console.log'), 'utf8')).toMatch(
      /pmemrig: [0-9a-f]{16} test fio\/one starts/,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});
