import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, expect, test } from 'vitest';
import { readEvents, results, startRig, waitForTest, Workspace } from './support/rig.ts';

const workspace = new Workspace();
afterAll(() => workspace[Symbol.dispose]());

const once = [
  'once',
  '--kernel',
  'bookworm',
  '--pmem',
  'virtio-pmem',
  '--size',
  '128M',
  '--cpus',
  '1',
  '--memory',
  '1G',
];

test('no QEMU: exit 3, and how to get one', async () => {
  const { exitCode, stderr } = await startRig([...once, '--', 'true'], workspace, {
    env: { PMEMRIG_QEMU: '/nonexistent/qemu' },
  });
  expect(exitCode).toBe(3);
  expect(stderr).toMatch(/\$PMEMRIG_QEMU names \/nonexistent\/qemu, which is no program.*\n\s+fix: /s);
});

test("more memory than the host has: exit 2, the user's to mend, before anything is made", async () => {
  const { exitCode, stdout, stderr } = await startRig([...once.slice(0, -1), '512G', '--', 'true'], workspace);
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(
    /^pmemrig: the guest of bookworm\/virtio-pmem\/command needs 512G of memory, and this host has \d+M$/m,
  );
  expect(stdout).toBe('');
});

test("pmem larger than the disk: exit 2, the user's to mend", async () => {
  const { exitCode, stderr } = await startRig(
    ['once', '--kernel', 'bookworm', '--pmem', 'virtio-pmem', '--size', '1T', '--', 'true'],
    workspace,
  );
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(/pmem "virtio-pmem" needs 1T of backing files/);
});

// Only root can make a disk small enough to fill.
test.runIf(process.getuid?.() === 0)(
  'a disk that fills during the run is reported as the fault of the host, and the journal keeps what was finished',
  async () => {
    const small = new Workspace();
    mkdirSync(small.runs);
    await execa('mount', ['-t', 'tmpfs', '-o', 'size=100M', 'tmpfs', small.runs]);
    try {
      const writer = join(small.dir, 'write.sh');
      writeFileSync(writer, '#!/bin/sh\nsleep 5\ndd if=/dev/urandom of=$PMEMRIG_DEV0 bs=1M oflag=direct\nsleep 60\n', {
        mode: 0o755,
      });
      const run = startRig(
        [
          'once',
          '--kernel',
          'bookworm',
          '--pmem',
          'virtio-pmem',
          '--size',
          '64M',
          '--cpus',
          '1',
          '--memory',
          '1G',
          '--fs',
          'none',
          '--',
          writer,
        ],
        small,
      );
      const dir = await waitForTest(small, 'command/write.sh');
      await execa('dd', ['if=/dev/zero', `of=${join(small.runs, 'filler')}`, 'bs=1M'], { reject: false });
      const { exitCode, stdout, stderr } = await run;
      // Two may meet the full disk first. QEMU gets SIGBUS, the host's only sign for a mapped file that it cannot back.
      // Or the journal finds no room for its next page.
      expect(`${stdout}${stderr}`).toMatch(
        /infra .*SIGBUS.*disk|the journal .* cannot be written: the disk is full.*\n\s+fix: .*free space/,
      );
      expect(exitCode).toBe(3);
      expect(results(readEvents(dir)).slice(0, 2)).toEqual(['guest/boot#1 pass', 'guest/pmem#1 pass']);
    } finally {
      await execa('umount', [small.runs]);
      small[Symbol.dispose]();
    }
  },
);
