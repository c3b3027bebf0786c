import { appendFileSync, copyFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { prepareKernel } from '../guests/kernels/prepare-kernel.ts';
import { cacheDir } from '../orchestrator/model/paths.ts';
import { startRig, Workspace } from './support/rig.ts';

const workspace = new Workspace();
afterAll(() => workspace[Symbol.dispose]());

test('another image starts another round, which shows what broke since the one before; Ctrl-C ends it', async () => {
  const { image, release } = await prepareKernel(
    { kind: 'debian', name: 'bookworm', release: 'bookworm', flavour: 'amd64' },
    { cacheDir: cacheDir(), log: () => undefined },
  );
  const [bzImage, script] = [join(workspace.dir, 'bzImage'), join(workspace.dir, 'test.sh')];
  copyFileSync(join(dirname(image), 'vmlinuz'), bzImage);
  writeFileSync(script, '#!/bin/sh\nexit 0\n', { mode: 0o755 });
  const once = startRig(
    [
      'once',
      '--kernel',
      bzImage,
      '--modules',
      join(dirname(image), 'lib/modules', release),
      '--pmem',
      'nvdimm',
      '--size',
      '64M',
      '--cpus',
      '1',
      '--memory',
      '1G',
      '--watch',
      '--',
      script,
    ],
    workspace,
  );
  let said = '';
  once.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  once.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const waitFor = async (words: string): Promise<void> => {
    for (let tick = 0; tick < 2400 && !said.includes(words); tick += 1) await sleep(100);
    expect(said).toContain(words);
  };
  await waitFor('round 1 is over');
  // The kernel boots with a byte more as well; the test stands for what that byte broke.
  writeFileSync(script, '#!/bin/sh\necho "flush lost"\nexit 1\n');
  appendFileSync(bzImage, 'x');
  await waitFor('round 2 is over');
  once.kill('SIGINT');
  const { exitCode } = await once;
  expect(exitCode).toBe(1);
  expect(said).toMatch(/new-failure \(1\)\n.*command\/test\.sh {2}pass → fail/);
});
