import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { PACKAGE_ROOT } from '../orchestrator/model/package-root.ts';
import { endOf, results, rig, startRig, waitForTest, Workspace } from './support/rig.ts';

const workspace = new Workspace();
afterAll(() => workspace[Symbol.dispose]());

const SCENARIOS = join(PACKAGE_ROOT, 'e2e/testdata/scenarios');
const MISBEHAVES = join(SCENARIOS, 'misbehaves.scenario.mjs');
const GUEST = ['--kernel', 'bookworm', '--size', '256M', '--cpus', '2', '--memory', '1G'];

/** Processes of this host whose command line has a word. */
function findProcesses(word: string): string[] {
  return readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid) && Number(pid) !== process.pid)
    .flatMap((pid) => {
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
        return line.includes(word) && !line.includes('cli.js') ? [line] : [];
      } catch {
        return [];
      }
    });
}

async function waitFor(isSo: () => boolean): Promise<void> {
  for (let tick = 0; tick < 300 && !isSo(); tick += 1) await sleep(100);
}

test('the power cut of docs/scenarios.md passes as it stands there', async () => {
  const doc = readFileSync(join(PACKAGE_ROOT, 'docs/scenarios.md'), 'utf8');
  const [, source = ''] = /^```js\n([^]*?)^```$/m.exec(doc) ?? [];
  expect(source.trimEnd().split('\n')).toHaveLength(13);
  const file = join(workspace.dir, 'power-cut.scenario.mjs');
  writeFileSync(file, source);
  const run = await rig(
    ['once', ...GUEST, '--pmem', 'nvdimm,virtio-pmem', '--', './power-cut.scenario.mjs'],
    workspace,
  );
  expect([run.exitCode, results(run.events).filter((line) => line.startsWith('scenario/'))]).toEqual([
    0,
    ['scenario/power-cut#1 pass', 'scenario/power-cut#1 pass'],
  ]);
  const { artifacts = [] } = endOf(run.events, 'scenario/power-cut');
  const output = readFileSync(join(run.dir, artifacts[0] ?? ''), 'utf8');
  expect(output).toMatch(/^acknowledged [1-9]\d*, found [1-9]\d*$/m);
  expect(output).toContain('[guest: power-cycle]');
  const controls = run.events.flatMap((event) => (event.type === 'guest-control' ? [event.action] : []));
  expect(controls).toEqual(['power-cycle', 'power-cycle']);
  expect(run.events.filter(({ type }) => type === 'problem')).toEqual([]);
});

test('the fault of docs/scenarios.md is the guest’s error, and a problem that a scenario allows does not fail it', async () => {
  const doc = readFileSync(join(PACKAGE_ROOT, 'docs/scenarios.md'), 'utf8');
  const [, source = ''] = Array.from(doc.matchAll(/^```js\n([^]*?)^```$/gm), ([, text = '']) => text);
  expect(source).toContain('guest.faults.attach');
  const file = join(workspace.dir, 'fault.scenario.mjs');
  writeFileSync(
    file,
    'if (guest.faults.refusal) { console.log(guest.faults.refusal); process.exit(4); }\n' +
      "await guest.allowProblem('*Buffer I/O error*', 'as asked');\n" +
      "await guest.$`echo '<3>Buffer I/O error on dev pmem0, logical block 0, lost sync page write' > /dev/kmsg`;\n" +
      source,
  );
  const run = await rig(['once', ...GUEST, '--pmem', 'virtio-pmem', '--', './fault.scenario.mjs'], workspace);
  const { status, message } = endOf(run.events, 'scenario/fault');
  // A host without strace allows no faults, and says so.
  if (status === 'skip') expect(message).toMatch(/strace|ptrace/);
  else expect([status, message]).toEqual(['pass', expect.stringContaining('known problem')]);
});

test('a disk is unplugged under I/O, and pmem stays in QEMU’s own words', async () => {
  const scenario = join(SCENARIOS, 'hot-unplug.scenario.mjs');
  const run = await rig(['once', ...GUEST, '--pmem', 'nvdimm', '--', scenario], workspace);
  expect(results(run.events).filter((line) => line.startsWith('scenario/'))).toEqual([
    'scenario/hot-unplug/a disk goes under I/O#1 pass',
    'scenario/hot-unplug/virtio-pmem stays#1 pass',
    'scenario/hot-unplug/nvdimm stays#1 pass',
    'scenario/hot-unplug#1 pass',
  ]);
  expect(run.exitCode).toBe(0);
});

test('a power loss of the host leaves what was synced, and nothing else', async () => {
  const scenario = join(SCENARIOS, 'power-loss.scenario.mjs');
  const run = await rig(['once', ...GUEST, '--pmem', 'virtio-pmem', '--', scenario], workspace);
  const { status, message } = endOf(run.events, 'scenario/power-loss');
  // A host without strace allows no faults, and says so.
  if (status === 'skip') expect(message).toMatch(/strace|ptrace/);
  else expect([status, run.exitCode]).toEqual(['pass', 0]);
});

test('a scenario that throws, hangs or floods is a result, and none of its processes is left', async () => {
  const mark = `7${process.pid}.1`;
  const matrix = join(workspace.dir, 'misbehaves.yaml');
  const suite = (way: string, more = '') =>
    `  - { name: ${way}, kind: scenario, run: ['${MISBEHAVES}', '${mark}', ${way}]${more} }\n`;
  writeFileSync(
    matrix,
    'version: 1\nname: misbehaves\nguest: { cpus: 1, memory: 1G }\n' +
      'kernels: [{ name: bookworm, debian: { release: bookworm } }]\n' +
      'pmem: [{ name: nvdimm, devices: [{ kind: nvdimm, size: 128M }] }]\n' +
      `suites:\n${suite('throw')}${suite('hang', ', timeout: 2s')}${suite('flood')}`,
  );
  const run = await rig(['run', matrix, '--retries', '0'], workspace);
  expect(run.exitCode).toBe(1);
  expect(endOf(run.events, 'throw/misbehaves')).toMatchObject({
    status: 'fail',
    message: expect.stringMatching(/^exit status 1; it threw: as planned; sh \(process \d+\) was left running/),
    evidence: expect.stringContaining('as planned'),
  });
  expect(endOf(run.events, 'hang/misbehaves')).toMatchObject({
    status: 'hang',
    message: expect.stringContaining('the scenario did not end within'),
  });
  expect(endOf(run.events, 'flood/misbehaves')).toMatchObject({
    status: 'fail',
    message: 'the scenario was killed: it printed more than 64 MiB',
  });
  expect(findProcesses(mark)).toEqual([]);
});

test.each(['SIGINT', 'SIGKILL'] as const)('a scenario does not outlive a controller that gets %s', async (signal) => {
  const mark = `8${process.pid}.${signal.length}`;
  const own = new Workspace();
  const args = ['once', ...GUEST, '--pmem', 'nvdimm', '--', MISBEHAVES, mark, 'wait'];
  const controller = startRig(args, own);
  await waitForTest(own, 'scenario/misbehaves');
  await waitFor(() => findProcesses(`sleep ${mark}`).length >= 5);
  controller.kill(signal);
  const { exitCode } = await controller;
  if (signal === 'SIGINT') expect(exitCode).toBe(130);
  await waitFor(() => findProcesses(mark).length === 0);
  expect(findProcesses(mark)).toEqual([]);
  own[Symbol.dispose]();
});
