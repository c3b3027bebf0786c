import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readEvents, results, rig, startRig, waitForTest, Workspace } from './support/rig.ts';

/** One a run: the latest of each is the one that is meant. */
const [workspace, interruptedRuns, splitRuns] = [new Workspace(), new Workspace(), new Workspace()];
afterAll(() => {
  for (const each of [workspace, interruptedRuns, splitRuns]) each[Symbol.dispose]();
});

const matrix = join(workspace.dir, 'resume.yaml');
writeFileSync(
  matrix,
  `version: 1
name: resume
guest: { cpus: 1, memory: 1G }
kernels: [{ name: debian-6.1, debian: { release: bookworm } }]
pmem: [{ name: nvdimm, devices: [{ kind: nvdimm, size: 128M }] }]
suites:
  - { name: quick, kind: command, run: [uname] }
  - { name: fio, jobs: [block-io-uring, block-libaio-verify, block-libaio], runtime: 4s, size: 16M }
`,
);

/** How often each test stands in a run's junit.xml. */
function countCases(dir: string): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const [, classname = '', name = ''] of readFileSync(join(dir, 'junit.xml'), 'utf8').matchAll(
    /<testcase classname="([^"]+)" name="([^"]+)"/g,
  )) {
    const key = `${classname} ${name}`;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

test('a run whose controller is killed in the midst of a cell is resumed: each test once, none lost, none repeated', async () => {
  const killed = startRig(['run', matrix], workspace);
  const dir = await waitForTest(workspace, 'fio/block-libaio-verify');

  const busy = await startRig(['run', '--resume', 'latest'], workspace);
  expect(busy.exitCode).toBe(2);
  expect(busy.stderr).toMatch(/another pmemrig \(process \d+\) still works on this run/);

  killed.kill('SIGKILL');
  await killed;
  const before = readEvents(dir);
  const first = statSync(join(dir, 'cells', 'debian-6.1+nvdimm+fio', 'block-io-uring.1.json')).mtimeMs;

  const run = await rig(['run', '--resume', 'latest'], workspace);
  expect(run.stderr).toBe('');
  expect(run.exitCode).toBe(0);
  expect(run.dir).toBe(dir);
  expect(run.events.slice(0, before.length)).toEqual(before);
  expect(results(run.events.slice(before.length))).toEqual([
    'guest/boot#2 pass',
    'guest/pmem#2 pass',
    'fio/block-libaio-verify#2 pass',
    'fio/block-libaio#1 pass',
    'guest/close#2 pass',
  ]);
  expect(run.stdout).toContain('debian-6.1/nvdimm/fio fio/block-libaio-verify#1 was cut off when the controller ended');

  const cases = countCases(dir);
  expect(Object.keys(cases)).toHaveLength(4 + 6);
  expect(new Set(Object.values(cases))).toEqual(new Set([1]));
  expect(statSync(join(dir, 'cells', 'debian-6.1+nvdimm+fio', 'block-io-uring.1.json')).mtimeMs).toBe(first);
  expect(
    readdirSync(join(dir, 'guests'), { recursive: true }).filter((name) => /pmem|initrd/.test(String(name))),
  ).toEqual([]);

  const again = await rig(['run', '--resume', dir], workspace);
  expect(again.exitCode).toBe(2);
  expect(again.stderr).toContain('the run has finished');
});

test('an interrupted run is resumed, from the command in its reports', async () => {
  const interrupted = startRig(['run', matrix, '--filter', 'suite=fio', '--retries', '1'], interruptedRuns);
  const dir = await waitForTest(interruptedRuns, 'fio/block-io-uring');
  interrupted.kill('SIGINT');
  expect((await interrupted).exitCode).toBe(130);
  const run = await rig(['run', '--resume', dir, '-j', '1'], interruptedRuns);
  expect(run.exitCode).toBe(0);
  expect(results(run.events).filter((line) => line.startsWith('fio/'))).toEqual([
    'fio/block-io-uring#2 pass',
    'fio/block-libaio-verify#1 pass',
    'fio/block-libaio#1 pass',
  ]);
  expect(run.events.filter(({ type }) => type === 'run-end')).toHaveLength(2);
});

test('a cell that is split over two guests is resumed in two', async () => {
  const split = startRig(['run', matrix, '--filter', 'suite=fio', '--split', '2', '-j', '2'], splitRuns);
  const dir = await waitForTest(splitRuns, 'fio/block-libaio-verify');
  split.kill('SIGKILL');
  await split;
  expect(readEvents(dir).filter(({ type }) => type === 'guest-boot').length).toBeGreaterThan(0);
  const run = await rig(['run', '--resume', dir, '-j', '2'], splitRuns);
  expect(run.exitCode).toBe(0);
  const cases = countCases(dir);
  expect(Object.keys(cases)).toHaveLength(6);
  expect(new Set(Object.values(cases))).toEqual(new Set([1]));
  const passed = run.events.flatMap((event) =>
    event.type === 'test-end' && event.test.startsWith('fio/') ? [`${event.test} ${event.status}`] : [],
  );
  expect(passed.toSorted()).toEqual([
    'fio/block-io-uring pass',
    'fio/block-libaio pass',
    'fio/block-libaio-verify pass',
  ]);
});

test.each([
  [['run', '--resume', 'latest', matrix], 'a run that is resumed has its matrix already'],
  [
    ['run', '--resume', 'latest', '--retries', '2'],
    "option '--resume <run>' cannot be used with option '--retries <n>'",
  ],
  [['run', '--resume', '/nonexistent'], 'no run /nonexistent'],
  [['run'], 'no matrix file is named'],
])('%j is refused in words', async (args, words) => {
  const { exitCode, stderr } = await startRig(args, workspace);
  expect(exitCode).toBe(2);
  expect(stderr).toContain(words);
});
