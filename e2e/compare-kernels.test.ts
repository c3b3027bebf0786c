import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { rig, startRig, waitForTest, Workspace } from './support/rig.ts';

const workspace = new Workspace();
afterAll(() => workspace[Symbol.dispose]());

const MINUTES = 60_000;
const matrix = join(workspace.dir, 'two.yaml');
// Stands for what the newer kernel broke.
writeFileSync(
  join(workspace.dir, 'run.sh'),
  '#!/bin/sh\necho TAP version 13\necho 1..2\necho ok 1 - map\ncase $(uname -r) in 6.1.*) echo ok 2 - flush;; *) echo not ok 2 - flush;; esac\n',
  { mode: 0o755 },
);
writeFileSync(
  matrix,
  `version: 1
name: two
guest: { cpus: 1, memory: 768M }
kernels:
  - { name: debian-6.1, debian: { release: bookworm } }
  - { name: debian-6.12, debian: { release: bookworm-backports } }
pmem: [{ name: nvdimm, devices: [{ kind: nvdimm, size: 64M }] }]
suites: [{ name: tap, kind: command, run: ./run.sh }]
known: [{ signature: 'oops: misspelt', reason: that of another day }]
`,
);

test(
  'two kernels are run side by side, and only what the second does otherwise is reported',
  { timeout: 5 * MINUTES },
  async () => {
    const { exitCode, stdout, stderr } = await rig(
      ['compare', '--kernels', 'debian-6.1,debian-6.12', matrix, '--json'],
      workspace,
    );
    // Earlier runs of this host decide how guests begin.
    expect(stderr).toMatch(/2 guests forked|1 guest booted, 1 forked|2 guests booted/);
    expect(stderr).toContain('warning: the known problem "oops: misspelt" fits nothing that a kernel reported');
    expect(stderr).toContain(`\nagain:   pmemrig run ${matrix} --filter debian-6.12/nvdimm/tap --test tap/run.sh\n`);
    expect(exitCode).toBe(1);
    const comparison = JSON.parse(stdout) as {
      readonly tests: readonly { readonly test: string; readonly verdict: string }[];
      readonly kernels: unknown;
    };
    expect(comparison.kernels).toMatchObject({ base: 'debian-6.1', now: 'debian-6.12' });
    expect(comparison.tests.filter(({ verdict }) => verdict === 'new-failure').map(({ test: name }) => name)).toEqual([
      'tap/run.sh',
      'tap/run.sh/flush',
    ]);

    const again = await rig(['report'], workspace);
    expect(again.stdout).toMatch(/new-failure \(2\)[\s\S]*debian-6\.12\/nvdimm\/tap {2}tap\/run\.sh\/flush/);
    expect(again.exitCode).toBe(1);
  },
);

test('a comparison whose controller was killed ends as it would have', { timeout: 5 * MINUTES }, async () => {
  using cut = new Workspace();
  const killed = startRig(['compare', '--kernels', 'debian-6.1,debian-6.12', matrix, '-j', '1'], cut);
  const dir = await waitForTest(cut, 'tap/run.sh');
  killed.kill('SIGKILL');
  await killed;
  expect(existsSync(join(dir, 'comparison.json'))).toBe(false);
  const { exitCode, stdout } = await rig(['run', '--resume', 'latest'], cut);
  expect(exitCode).toBe(1);
  expect(stdout).toMatch(/new-failure \(\d\)[\s\S]*debian-6\.12\/nvdimm\/tap {2}tap\/run\.sh\/flush/);
  expect(JSON.parse(readFileSync(join(dir, 'comparison.json'), 'utf8'))).toMatchObject({
    kernels: { base: 'debian-6.1', now: 'debian-6.12' },
  });
});

test.each([
  [
    ['compare', '--kernels', 'debian-6.1,debain-6.12', matrix],
    /two\.yaml:4:1: the matrix has no kernel debain-6\.12.*\n {2}fix: did you mean debian-6\.12\?/,
  ],
  [['compare', '--kernels', 'debian-6.1', matrix], /--kernels wants two kernels/],
  [['compare', '--kernels', 'debian-6.1,debian-6.12', matrix, 'latest'], /one name too many/],
  [['compare', 'latest', '--retries', '1'], /--retries is for a run/],
  [['series', matrix, '--base', 'linux-source-6.1'], /no patch is named/],
  [['series', matrix, 'nowhere.mbox', '--base', 'linux-source-6.1'], /nowhere\.mbox cannot be read/],
  [
    ['series', 'nowhere.mbox', '--base', 'bookworm'],
    /--base bookworm is no kernel source, and patches go on one\n {2}fix: name a kernel source/,
  ],
])('%j is refused in words', async (args, words) => {
  const { exitCode, stderr } = await rig(args, workspace);
  expect(stderr).toMatch(words);
  expect(exitCode).toBe(2);
});
