import { constants, copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, expect, test } from 'vitest';
import { prepareImage } from '../guests/images/prepare-image.ts';
import { cacheDir } from '../orchestrator/model/paths.ts';
import { results, rig, Workspace } from './support/rig.ts';

const workspace = new Workspace();
afterAll(() => workspace[Symbol.dispose]());

// As systemd 262's does: `--daemon` comes back before the daemon listens to the kernel.
const LATE_UDEVD = `#!/bin/bash
(sleep 2; exec -a systemd-udevd /usr/bin/udevadm --daemon) &
`;

test('an image whose udevd comes back before it listens has its persistent memory', async () => {
  const bookworm = await prepareImage(
    { kind: 'debian', name: 'bookworm', release: 'bookworm', packages: [], sets: [] },
    { cacheDir: cacheDir(), log: () => undefined },
  );
  const disk = join(workspace.dir, 'late.ext4');
  copyFileSync(bookworm.disk, disk, constants.COPYFILE_FICLONE);
  const udevd = join(workspace.dir, 'udevd');
  writeFileSync(udevd, LATE_UDEVD);
  const installed = '/usr/lib/systemd/systemd-udevd';
  const commands = [`rm ${installed}`, `write ${udevd} ${installed}`, `set_inode_field ${installed} mode 0100755`].join(
    '\n',
  );
  await execa('debugfs', ['-w', '-f', '-', disk], { input: commands });

  const matrix = join(workspace.dir, 'late.yaml');
  writeFileSync(
    matrix,
    `version: 1
name: late
guest: { cpus: 1, memory: 768M }
kernels: [{ name: debian, debian: { release: bookworm } }]
images: [{ name: late, disk: ${disk} }]
pmem: [{ name: both, devices: [{ kind: nvdimm, size: 64M }, { kind: virtio-pmem, size: 64M }] }]
suites: [{ name: command, kind: command, run: uname }]
`,
  );
  const run = await rig(['run', matrix], workspace);
  expect(results(run.events)).toEqual([
    'guest/boot#1 pass',
    'guest/pmem#1 pass',
    'command/uname#1 pass',
    'guest/close#1 pass',
  ]);
  expect(run.exitCode).toBe(0);
});
