import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { latestRun, readEvents, rig, startRig, Workspace } from './support/rig.ts';

const workspace = new Workspace();
afterAll(() => workspace[Symbol.dispose]());

/** Long enough that ten random moments hit preparation, boot, tests and clean-up alike. */
const RUN_MS = 18_000;

/** Which of ours still run: QEMU's command line names the run's folder. */
function qemusOf(runsDir: string): number[] {
  return readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid))
    .map(Number)
    .filter((pid) => {
      try {
        const cmdline = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
        return cmdline.includes('qemu-system') && cmdline.includes(runsDir);
      } catch {
        return false;
      }
    });
}

async function waitForNone(runsDir: string, deadlineMs: number): Promise<number[]> {
  const end = Date.now() + deadlineMs;
  while (qemusOf(runsDir).length > 0 && Date.now() < end) await sleep(50);
  return qemusOf(runsDir);
}

const matrix = join(workspace.dir, 'interrupt.yaml');
writeFileSync(
  matrix,
  `version: 1
name: interrupt
guest: { cpus: 1, memory: 1G }
kernels: [{ name: debian-6.1, debian: { release: bookworm } }]
pmem:
  - { name: nvdimm, devices: [{ kind: nvdimm, size: 128M }] }
  - { name: virtio-pmem, devices: [{ kind: virtio-pmem, size: 128M }] }
suites: [{ name: command, run: [sleep, '4'] }]
`,
);

/** Numbers that look random and are the same each time, so that a failure can be met again. */
function* moments(seed: number): Generator<number> {
  for (let state = seed; ;) {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    yield Math.floor((state / 2 ** 31) * RUN_MS);
  }
}

test('kernels and images are at hand, so that the moments fall into the run itself', async () => {
  const run = await rig(['run', matrix], workspace);
  expect(run.exitCode).toBe(0);
});

const when = moments(20_260_711);
test.each([
  'SIGINT',
  'SIGTERM',
  'SIGKILL',
  'SIGINT',
  'SIGTERM',
  'SIGKILL',
  'SIGINT',
  'SIGTERM',
  'SIGKILL',
  'SIGKILL',
] as const)('%s at a random moment leaves no QEMU, no stray file and a journal that parses', async (signal) => {
  const before = latestRun(workspace);
  // Its own: others on this host have theirs in /tmp.
  const tmp = mkdtempSync(join(workspace.dir, 'tmp-'));
  const run = startRig(['run', matrix], workspace, { env: { TMPDIR: tmp } });
  await sleep(when.next().value);
  run.kill(signal);
  expect(await waitForNone(workspace.runs, 2_000)).toEqual([]);
  const { exitCode } = await run;
  expect(qemusOf(workspace.runs)).toEqual([]);
  if (signal !== 'SIGKILL') expect([130, 0]).toContain(exitCode);

  const dir = latestRun(workspace);
  if (dir === before || !existsSync(join(dir, 'events.jsonl'))) return;
  const events = readEvents(dir);
  const started = events.filter((event) => event.type === 'cell-start').length;
  const ended = events.filter((event) => event.type === 'cell-end').length;
  expect(ended).toBeLessThanOrEqual(started);
  if (signal !== 'SIGKILL') {
    expect(events.at(-1)?.type).toBe('run-end');
    expect(existsSync(join(dir, 'junit.xml'))).toBe(true);
    expect(
      readdirSync(dir, { recursive: true }).filter((name) => /guests\/.*(?:\.img|initrd)/.test(String(name))),
    ).toEqual([]);
  }
  // What the controller had finished is in the report made from its journal.
  const report = await rig(['report', dir], workspace);
  expect(report.stderr).toBe('');
  const xml = readFileSync(join(dir, 'junit.xml'), 'utf8');
  for (const event of events) if (event.type === 'test-end') expect(xml).toContain(`name="${event.test}"`);
  expect(readdirSync(tmp)).toEqual([]);
});
