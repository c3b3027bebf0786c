import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { latestRun, rig, type RigRun, startRig, Workspace } from './support/rig.ts';

const workspace = new Workspace();
afterAll(() => workspace[Symbol.dispose]());

const MINUTES = 60_000;
const matrix = join(workspace.dir, 'nightly.yaml');
const program = join(workspace.dir, 'run.sh');
const CELL = 'debian-6.1/nvdimm/tap';

/** A test program whose own tests come out as asked, in place of a kernel that changes. */
function behave(lines: readonly string[]): void {
  writeFileSync(
    program,
    `#!/bin/sh\necho TAP version 13\necho 1..${lines.length}\n${lines.map((line) => `echo "${line}"`).join('\n')}\n`,
    { mode: 0o755 },
  );
}

writeFileSync(
  matrix,
  `version: 1
name: nightly
guest: { cpus: 1, memory: 768M }
kernels: [{ name: debian-6.1, debian: { release: bookworm } }]
pmem: [{ name: nvdimm, devices: [{ kind: nvdimm, size: 64M }] }]
suites: [{ name: tap, kind: command, run: ./run.sh }]
`,
);

const nightly = async (...words: string[]): Promise<RigRun> => rig(['run', matrix, ...words], workspace);

let first: RigRun;
beforeAll(async () => {
  behave(['ok 1 - flush', 'ok 2 - sync', 'ok 3 - map']);
  first = await nightly('--baseline', 'last-green');
}, 5 * MINUTES);

test('without a green run before it, a run is judged by itself', () => {
  expect(first.stderr).toContain('no run of nightly in');
  expect(first.exitCode).toBe(0);
});

test('what got worse since the last green run is reported first, and is the exit status', async () => {
  behave(['not ok 1 - flush', 'ok 2 - sync # SKIP no such device', 'ok 3 - map']);
  const { exitCode, stdout, dir } = await nightly('--baseline', 'last-green');
  expect(exitCode).toBe(1);
  const verdicts = stdout.slice(stdout.indexOf('new-failure'));
  expect(verdicts).toMatch(
    new RegExp(
      `^✗ ${CELL}  tap/run.sh/flush  pass → fail.*\n    failed in 0 of the 1 run before; last good in ${first.events[0]?.type === 'run-start' ? first.events[0].runId : ''} \\(6\\.1\\.`,
      'm',
    ),
  );
  expect(verdicts).toMatch(new RegExp(`^- ${CELL}  tap/run.sh/sync  pass → skip`, 'm'));

  const pinned = await rig(['pin', dir, 'broken'], workspace);
  expect(pinned.exitCode).toBe(0);
});

test('against a baseline that fails as well it is no news', async () => {
  const { exitCode, stdout } = await nightly('--baseline', 'pinned:broken');
  expect(stdout).toMatch(/^\d+ known-failure, \d+ still-skipped, \d+ still-passing$/m);
  expect(exitCode).toBe(0);
});

test('two runs are compared after the fact, and a test has its history', async () => {
  const compared = await rig(['compare', first.dir, 'latest'], workspace);
  expect(compared.exitCode).toBe(1);
  expect(compared.stdout).toContain('new-failure (');
  const history = await rig(['history', 'tap/run.sh/flush'], workspace);
  expect(history.stdout).toMatch(new RegExp(`^${CELL}  failed in 2 of 3 runs  ✓✗✗$`, 'm'));
});

test('the runs are served until Ctrl-C', async () => {
  const serving = startRig(['serve', '--port', '0'], workspace);
  const [printed] = (await once(serving.stdout, 'data')) as [Buffer];
  const [url = ''] = /^http:\S+/.exec(printed.toString()) ?? [];
  expect(await (await fetch(url)).text()).toContain(basename(first.dir));
  expect(await (await fetch(`${url}test?name=tap/run.sh/flush`)).text()).toContain('Failed in 2 of 3 runs');
  serving.kill('SIGINT');
  expect((await serving).exitCode).toBe(0);
});

test('old runs go, but for those that are pinned, last green or the latest; history knows them all', async () => {
  const kept = await rig(['prune', '--keep', '0', '--days', '0'], workspace);
  expect(kept.stdout).toBe('3 runs kept, none pruned');
  rmSync(join(workspace.runs, 'pinned', 'broken'));
  const pruned = await rig(['prune', '--keep', '0', '--days', '0'], workspace);
  expect(pruned.stdout).toMatch(/^removed \d{8}-\d{6}-nightly-\w+\n1 run pruned, 2 kept$/);
  const history = await rig(['history', 'tap/run.sh/flush'], workspace);
  expect(history.stdout).toContain('failed in 2 of 3 runs');
});

test('a nightly is published, and a second one at the same time is shown who is at work', async () => {
  const published = join(workspace.dir, 'www');
  const args = ['nightly', matrix, '--publish', published, '--filter', 'suite=tap'];
  const before = latestRun(workspace);
  const going = startRig(args, workspace);
  // Its run has a folder once it holds the claim.
  await vi.waitUntil(() => latestRun(workspace) !== before, { timeout: MINUTES, interval: 50 });
  const second = await rig(args, workspace);
  expect(second.stderr).toMatch(/another pmemrig \(process \d+\) still works on the nightly of nightly/);
  expect(second.exitCode).toBe(2);
  const { exitCode, stdout, stderr } = await going;
  expect(stderr).toContain('nightly has no selftest');
  // Its last green run is the first one.
  expect(stdout).toContain('new-failure (');
  expect(exitCode).toBe(1);
  expect(readFileSync(join(published, 'latest', 'summary.md'), 'utf8')).toContain('## Since');
});

test.each([
  [['compare', 'nowhere'], /no run nowhere/],
  [['compare', 'latest'], /both are the run/],
  [['compare', 'pinned:../..'], /no run is pinned as/],
  [['compare', 'pinned:other'], /fix: pin one: pmemrig pin latest other/],
  [['pin', 'latest', 'a/b'], /is no name for a pin/],
  [['history', 'run.sh/flush'], /did you mean tap\/run\.sh\/flush\?/],
  [['history', '--cell', 'xfs'], /no run has a cell with "xfs" in its id/],
  [['history', '--metric', 'iops'], /fix: pmemrig history TEST --metric iops/],
  [['history', 'tap/run.sh/flush', '--metric', 'iops'], /its suite measures nothing/],
  [['serve', '--runs', '/nowhere'], /there is no folder of runs \/nowhere/],
  [['serve', '--host', '203.0.113.1'], /cannot listen on 203\.0\.113\.1 port 8080: this host has no such address/],
  [['serve', '--port', '70000'], /Expected a port: 0 to 65535/],
  [['run', matrix, '--baseline', 'pinned:none'], /no run is pinned as "none"/],
])('%j is refused in words', async (args, words) => {
  const { exitCode, stderr } = await rig(args, workspace);
  expect(stderr).toMatch(words);
  expect(exitCode).toBe(2);
});
