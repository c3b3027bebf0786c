import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa, type Subprocess } from 'execa';
import { afterAll, expect, test } from 'vitest';
import { rig, Workspace } from './support/rig.ts';

const workspace = new Workspace();
afterAll(() => workspace[Symbol.dispose]());

/** Keeps more cores busy than the host can serve beside a guest, until it leaves its scope. */
function makeHostBusy(): Disposable {
  const loads: readonly Subprocess[] = Array.from({ length: 2 }, () =>
    execa('sh', ['-c', 'while :; do :; done'], { reject: false, cleanup: true }),
  );
  return {
    [Symbol.dispose]: () => {
      for (const load of loads) load.kill('SIGKILL');
    },
  };
}

const matrix = join(workspace.dir, 'counted.yaml');
writeFileSync(
  matrix,
  `version: 1
name: counted
guest: { cpus: 2, memory: 1G }
kernels: [{ name: debian-6.1, debian: { release: bookworm } }]
pmem: [{ name: nvdimm, devices: [{ kind: nvdimm, size: 128M }] }]
filesystems: [{ name: ext4-dax, type: ext4, mount: dax=always }]
suites: [{ name: counted, kind: fio, jobs: [dax-mmap-randwrite], runtime: 1s, size: 32M, measure: instructions }]
`,
);

test('the instructions of a DAX write are the same in each fresh guest, however busy the host', async () => {
  using _ = makeHostBusy();
  const run = await rig(['run', matrix, '--repeat', '2', '-j', '1'], workspace);
  expect(run.exitCode).toBe(0);
  expect(run.events.flatMap((event) => (event.type === 'guest-boot' ? [event.accelerator] : []))).toEqual([
    'tcg-icount',
    'tcg-icount',
  ]);

  const metrics = run.events.flatMap((event) =>
    event.type === 'test-end' && event.test === 'counted/dax-mmap-randwrite' ? [event.metrics ?? []] : [],
  );
  expect(metrics.map((each) => each.map(({ name, unit }) => `${name} ${unit}`))).toEqual([
    ['write.instructions instructions'],
    ['write.instructions instructions'],
  ]);
  const values = metrics.flatMap((each) => each.map(({ value }) => value));
  expect(Math.min(...values)).toBeGreaterThan(1000);
  expect(Math.max(...values) / Math.min(...values)).toBeLessThan(1.02);

  const { argv } = JSON.parse(readFileSync(join(run.dir, 'guests/1/qemu.json'), 'utf8')) as {
    readonly argv: readonly string[];
  };
  expect(argv[argv.indexOf('-smp') + 1]).toBe('1');
  expect(argv).toContain('-icount');
});

test('two kernels are kept apart by the instructions of the same write', { timeout: 8 * 60_000 }, async () => {
  const both = join(workspace.dir, 'both.yaml');
  writeFileSync(
    both,
    readFileSync(matrix, 'utf8').replace(
      'kernels: [{',
      'kernels: [{ name: debian-6.12, debian: { release: bookworm-backports } }, {',
    ),
  );
  const run = await rig(['compare', '--kernels', 'debian-6.1,debian-6.12', both, '--repeat', '4', '--json'], workspace);
  // What an attempt that is missing below came to.
  const others = run.events.flatMap((event) =>
    event.type === 'test-end' && event.status !== 'pass' ? [`${event.test}: ${event.status}, ${event.message}`] : [],
  );
  expect(others).toEqual([]);
  const { figures } = JSON.parse(run.stdout) as {
    readonly figures: readonly {
      readonly name: string;
      readonly verdict: string;
      readonly base: unknown;
      readonly change: { readonly interval?: { readonly low: number; readonly high: number } };
    }[];
  };
  const written = figures.find(({ name }) => name === 'write.instructions');
  expect(written).toMatchObject({
    by: 'repeats',
    base: { count: 4 },
    now: { count: 4 },
    verdict: expect.stringMatching(/^(slower|faster|same)$/) as string,
  });
  // The change is known to within two percent, beside the tests of other files.
  const { low = -1, high = 1 } = written?.change.interval ?? {};
  expect(high - low).toBeLessThan(0.02);
  // Worse is an alarm, as a failure is.
  expect(run.exitCode).toBe(figures.some(({ verdict }) => verdict === 'slower') ? 1 : 0);
});

test('whoever asks for KVM by force cannot have instructions counted, and hears so before anything boots', async () => {
  const run = await rig(['run', matrix], workspace, { env: { PMEMRIG_ACCEL: 'kvm' } });
  expect(run.stderr).toMatch(
    /measure: instructions needs TCG, and \$PMEMRIG_ACCEL asks for kvm\n {2}fix: leave it unset/,
  );
  expect(run.exitCode).toBe(2);
});
