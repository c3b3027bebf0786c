import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { afterAll, expect, test } from 'vitest';
import { PACKAGE_ROOT } from '../orchestrator/model/package-root.ts';
import { packKernel } from './support/kernel-package.ts';
import { latestRun, readEvents, results, rig, startRig, Workspace } from './support/rig.ts';

const workspace = new Workspace();
afterAll(() => workspace[Symbol.dispose]());

/** A name that a shell would take for something else. */
const SCRIPT = "it's $5.sh";

/** A `pmemrig` for a shell, so that what was printed can be run as it stands. */
function putOnPath(): string {
  const bin = join(workspace.dir, 'bin');
  mkdirSync(bin);
  writeFileSync(
    join(bin, 'pmemrig'),
    `#!/bin/sh\nexec '${process.execPath}' '${join(PACKAGE_ROOT, 'dist/orchestrator/cli.js')}' "$@"\n`,
    { mode: 0o755 },
  );
  return bin;
}

async function waitForAccess(): Promise<string> {
  for (let tick = 0; tick < 1800; tick += 1) {
    const guests = join(latestRun(workspace), 'guests');
    const found = existsSync(guests)
      ? readdirSync(guests)
          .map((guest) => join(guests, guest, 'shell.json'))
          .find((path) => existsSync(path))
      : undefined;
    if (found !== undefined && latestRun(workspace) !== '') return found;
    await sleep(100);
  }
  throw new Error('no guest was kept');
}

test("a package's kernel boots, its failed test's guest is kept for a shell, and the printed line runs that test alone", async () => {
  const deb = await packKernel(workspace.dir);
  writeFileSync(
    join(workspace.dir, SCRIPT),
    '#!/bin/sh\necho planted > "$PMEMRIG_MNT/left"\necho "expected 1, got 2"\nexit 1\n',
  );
  chmodSync(join(workspace.dir, SCRIPT), 0o755);
  const once = startRig(
    [
      'once',
      '--kernel',
      deb,
      '--pmem',
      'nvdimm',
      '--size',
      '128M',
      '--cpus',
      '1',
      '--memory',
      '1G',
      '--fs',
      'ext4-dax',
      '--suite',
      'fio',
      '--test',
      'dax-mmap-read',
      '--test',
      'command/*',
      '--keep-guest',
      '--',
      `./${SCRIPT}`,
    ],
    workspace,
  );
  const access = await waitForAccess();

  const seen = await rig(['shell', '--last', '--', 'cat', '/mnt/pmemrig/left'], workspace);
  expect([seen.stdout, seen.exitCode]).toEqual(['planted', 0]);
  const status = await rig(['shell', '--last', '--', 'sh', '-c', 'exit 7'], workspace);
  expect(status.exitCode).toBe(7);

  // The reports are there already.
  for (let tick = 0; tick < 300 && !existsSync(join(latestRun(workspace), 'junit.xml')); tick += 1) await sleep(100);
  once.kill('SIGINT');
  const { stdout, exitCode } = await once;
  expect(exitCode).toBe(1);
  expect(existsSync(access)).toBe(false);
  const gone = await rig(['shell', '--last', '--', 'true'], workspace);
  expect([gone.exitCode, gone.stderr]).toEqual([2, expect.stringContaining('pmemrig shell --last --anew') as string]);

  // Each in a guest of its own, where the host has room for two.
  const tests = results(readEvents(latestRun(workspace))).filter((line) => !line.startsWith('guest/'));
  expect(tests.toSorted()).toEqual([`command/${SCRIPT}#1 fail`, 'fio/dax-mmap-read#1 pass']);
  // What shows the failure, where the whole of it lies, and how to run just that.
  expect(stdout).toMatch(/ {4}│ expected 1, got 2\n {4}whole: .*output\.1\.log$/m);
  const again = /^again: +(pmemrig .*)$/m.exec(stdout)?.[1] ?? '';
  const rerun = await execa('sh', ['-c', again.replace(' --keep-guest', '')], {
    reject: false,
    cwd: workspace.dir,
    env: { PATH: `${putOnPath()}:${process.env['PATH']}`, PMEMRIG_RUNS: workspace.runs, NO_COLOR: '1' },
  });
  expect(rerun.exitCode).toBe(1);
  expect(results(readEvents(latestRun(workspace))).filter((line) => !line.startsWith('guest/'))).toEqual([
    `command/${SCRIPT}#1 fail`,
  ]);
});
