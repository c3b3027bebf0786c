import { existsSync, openSync, readdirSync, statSync, writeFileSync, writeSync, closeSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { prepareImage } from '../guests/images/prepare-image.ts';
import { cacheDir } from '../orchestrator/model/paths.ts';
import {
  endOf,
  latestRun,
  readEvents,
  results,
  rig,
  type RigRun,
  startRig,
  waitForTest,
  Workspace,
} from './support/rig.ts';

const workspace = new Workspace();
const silent = new Workspace();
/** It waits for minutes until the boot has had its time: it does so beside the other tests. */
let withSilentSshd: Promise<RigRun>;
beforeAll(() => {
  withSilentSshd = runWithSilentSshd();
  // The test that awaits it reports it.
  withSilentSshd.catch(() => undefined);
});
afterAll(() => {
  for (const each of [workspace, silent]) each[Symbol.dispose]();
});

function matrix(
  name: string,
  body: string,
  { guest = 'guest: { cpus: 1, memory: 1G }', dir = workspace.dir } = {},
): string {
  const path = join(dir, `${name}.yaml`);
  writeFileSync(path, `version: 1\nname: ${name}\n${guest}\n${body}`);
  return path;
}

async function runWithSilentSshd(): Promise<RigRun> {
  const disk = await imageWithSilentSshd(silent.dir);
  const path = matrix(
    'no-sshd',
    `kernels: [{ name: debian-6.1, debian: { release: bookworm } }]
images: [{ name: silent, disk: ${disk} }]
pmem: [{ name: virtio-pmem, devices: [{ kind: virtio-pmem, size: 128M }] }]
suites: [{ name: command, run: [/bin/true] }]
`,
    { dir: silent.dir },
  );
  return rig(['run', path], silent);
}

/** A copy of the rig's own image in which sshd is a program that does nothing, for ever. */
async function imageWithSilentSshd(dir: string): Promise<string> {
  const image = await prepareImage(
    { kind: 'debian', name: 'bookworm', release: 'bookworm', packages: [] },
    { cacheDir: cacheDir(), log: () => undefined },
  );
  const disk = join(dir, 'silent.ext4');
  const program = join(dir, 'sshd');
  writeFileSync(program, '#!/bin/sh\nexec sleep 100000\n');
  await execa('cp', ['--sparse=always', image.disk, disk]);
  await execa('debugfs', ['-w', '-f', '-', disk], {
    input: `rm /usr/sbin/sshd\nwrite ${program} /usr/sbin/sshd\nset_inode_field /usr/sbin/sshd mode 0100755\n`,
  });
  return disk;
}

test('a kernel that panics in boot is the crash of its cell, in the words of the console', async () => {
  // Without its initramfs' init the kernel finds no root file system and panics.
  const run = await rig(
    ['once', '--kernel', 'bookworm', '--size', '128M', '--append', 'rdinit=/nonexistent', '--', 'true'],
    workspace,
  );
  expect(run.exitCode).toBe(1);
  expect(results(run.events)).toEqual(['guest/boot#1 crash']);
  expect(endOf(run.events, 'guest/boot').evidence).toContain(
    'Kernel panic - not syncing: VFS: Unable to mount root fs',
  );
  expect(run.stdout).toContain('Kernel panic - not syncing');
});

test('ext4-dax on a raw namespace fails with the words of mount and kernel', async () => {
  const run = await rig(
    ['once', '--kernel', 'bookworm', '--pmem', 'nvdimm-raw', '--size', '128M', '--fs', 'ext4-dax', '--', 'true'],
    workspace,
  );
  expect(run.exitCode).toBe(1);
  const end = endOf(run.events, 'command/true');
  expect(end.status).toBe('fail');
  expect(`${end.message} ${end.evidence}`).toMatch(/dax/i);
});

test.each(['cold', 'fork'])(
  'a kernel without virtio_pmem fails guest/pmem by name, and the other cells run: %s',
  async (boot) => {
    const path = matrix(
      `no-driver-${boot}`,
      `kernels: [{ name: debian-6.1, debian: { release: bookworm } }]
pmem:
  - { name: virtio-pmem, devices: [{ kind: virtio-pmem, size: 128M }] }
  - { name: virtio-blk, devices: [{ kind: virtio-blk, size: 128M }] }
suites: [{ name: command, run: [/bin/true] }]
`,
      // udev then finds no module for the device, as on a kernel built without CONFIG_VIRTIO_PMEM.
      { guest: `guest: { cpus: 1, memory: 1G, append: modprobe.blacklist=virtio_pmem, boot: ${boot} }` },
    );
    const run = await rig(['run', path], workspace);
    expect(run.exitCode).toBe(1);
    const ends = run.events
      .filter((event) => event.type === 'test-end')
      .map(({ cell, test, status, message = '' }) => ({ cell, test, status, message }));
    expect(ends).toContainEqual({
      cell: 'debian-6.1/virtio-pmem/command',
      test: 'guest/pmem',
      status: 'fail',
      message: expect.stringContaining('virtio_pmem') as string,
    });
    expect(ends).toContainEqual({
      cell: 'debian-6.1/virtio-blk/command',
      test: 'command/true',
      status: 'pass',
      message: '',
    });
  },
);

test('corrupting the pmem file from the host under fio is a verify failure in the words of fio', async () => {
  const path = matrix(
    'corrupt',
    `kernels: [{ name: debian-6.1, debian: { release: bookworm } }]
pmem: [{ name: nvdimm, devices: [{ kind: nvdimm, size: 128M }] }]
filesystems: [{ name: ext4-dax, type: ext4, mount: dax=always }]
suites: [{ name: fio, jobs: [dax-mmap-verify], runtime: 20s, size: 32M }]
`,
  );
  // A workspace of its own: the latest run is then the one just started.
  using own = new Workspace();
  const run = startRig(['run', path], own);
  const backing = backingFile(join(await waitForTest(own, 'fio/dax-mmap-verify'), 'guests', '1'));
  // fio lays the file out first, so keep spoiling: one sector in every 64 KiB of the data area, until fio has seen it.
  const spoiling = setInterval(() => spoil(backing), 500);
  const { exitCode } = await run.finally(() => clearInterval(spoiling));
  const end = endOf(readEvents(latestRun(own)), 'fio/dax-mmap-verify');
  expect(end.status).toBe('fail');
  expect(end.evidence).toMatch(/verify failed at file|bad (magic )?header/);
  expect(exitCode).toBe(1);
});

function backingFile(dir: string): string {
  const name = readdirSync(dir).find((file) => statSync(join(dir, file)).size >= 128 * 2 ** 20);
  return name === undefined ? '' : join(dir, name);
}

/** Leaves the first 48 MiB alone, where the labels' info blocks and ext4's own metadata live. */
function spoil(path: string): void {
  // The guest is gone, and the run about to end.
  if (!existsSync(path)) return;
  const fd = openSync(path, 'r+');
  try {
    for (let at = 48 * 2 ** 20; at < 100 * 2 ** 20; at += 64 * 2 ** 10)
      writeSync(fd, Buffer.alloc(512, 0xa5), 0, 512, at);
  } finally {
    closeSync(fd);
  }
}

test('an image whose sshd never comes up is a hang of the boot, found by its deadline', async () => {
  const run = await withSilentSshd;
  expect(endOf(run.events, 'guest/boot')).toMatchObject({
    status: 'hang',
    message: expect.stringContaining('(the limit for a boot)') as string,
  });
  expect(results(run.events)).toEqual(['guest/boot#1 hang']);
  expect(run.exitCode).toBe(1);
});
