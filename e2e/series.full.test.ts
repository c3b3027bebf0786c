import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { PACKAGE_ROOT } from '../orchestrator/model/package-root.ts';
import { rig, Workspace } from './support/rig.ts';

const workspace = new Workspace();
afterAll(() => workspace[Symbol.dispose]());

const MINUTES = 60_000;
const SERIES = join(PACKAGE_ROOT, 'e2e', 'testdata', 'virtio-pmem-flush-counters.mbox');
/** That of the other tests, which build it too. */
const SMALL_CONFIG = ['--config', 'guest,nvdimm,virtio-pmem,prove-locking,hung-task'];
const BAD = '[PATCH 2/2] nvdimm/virtio_pmem: count flushes and their answers';

const matrix = join(workspace.dir, 'series.yaml');
writeFileSync(
  matrix,
  `version: 1
name: series
guest: { cpus: 1, memory: 768M }
kernels: [{ name: any, source: { debian: linux-source-6.1 } }]
pmem:
  - { name: nvdimm, devices: [{ kind: nvdimm, size: 128M }] }
  - { name: virtio-pmem, devices: [{ kind: virtio-pmem, size: 128M }] }
suites: [{ name: write, kind: command, run: [sh, -c, 'dd if=/dev/zero of=$PMEMRIG_DEV0 bs=4k count=64 conv=fsync'] }]
known: [{ signature: 'lockdep-circular: kn->active*', reason: that of 6.1 itself }]
`,
);

test(
  'a series with a bad patch is answered with the patch, the splat and the warning',
  { timeout: 60 * MINUTES },
  async () => {
    const reply = join(workspace.dir, 'reply.txt');
    const { exitCode, stdout } = await rig(
      ['series', SERIES, matrix, '--base', 'linux-source-6.1', ...SMALL_CONFIG, '--each', '--mail', reply],
      workspace,
    );
    expect(exitCode).toBe(1);
    expect(stdout).toContain(`first bad: ${BAD}`);
    const mail = readFileSync(reply, 'utf8');
    expect(mail).toMatch(/^Subject: Re: \[PATCH 2\/2\] nvdimm\/virtio_pmem: count flushes and their\n answers\n/);
    expect(mail).toMatch(/In-Reply-To: <b60128c2\.20261124\.git\.pat@example\.org>/);
    expect(mail).toMatch(/virtio_pmem_(?:flush|host_ack)\+0x\w+\/0x\w+ \(drivers\/nvdimm\/nd_virtio\.c:\d+\)/);
    expect(mail).toMatch(/drivers\/nvdimm\/nd_virtio\.c:\d+: unused variable ‘stats_flags’ \[-Wunused-variable\]/);
    expect(mail).toContain('Reported-by: NAME <ADDRESS>');
  },
);

test('the good half of it is answered with a tag', { timeout: 30 * MINUTES }, async () => {
  const first = join(workspace.dir, 'first.mbox');
  writeFileSync(first, readFileSync(SERIES, 'utf8').split(/^(?=From [0-9a-f]{40} )/m)[1] ?? '');
  const { exitCode, stdout } = await rig(
    ['series', first, matrix, '--base', 'linux-source-6.1', ...SMALL_CONFIG, '--mail'],
    workspace,
  );
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/✓ pass .*patched\/virtio-pmem\/write {2}write\//);
  expect(stdout).toContain('\nTested-by: NAME <ADDRESS>\n');
});

test('a series that does not apply is reported before anything is compiled', { timeout: 30 * MINUTES }, async () => {
  const stale = join(workspace.dir, 'stale.mbox');
  writeFileSync(
    stale,
    readFileSync(SERIES, 'utf8').replaceAll('wake_up(&req_data->host_acked)', 'wake_up_all(&req_data->host_acked)'),
  );
  const { exitCode, stdout, stderr } = await rig(
    ['series', stale, matrix, '--base', 'linux-source-6.1', ...SMALL_CONFIG, '--each'],
    workspace,
  );
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(
    /The patch 0002-nvdimm-virtio_pmem-count-flushes-and-their-answers\.patch does not apply:\n {2}drivers\/nvdimm\/nd_virtio\.c:\d+: hunk \d of \d does not fit/,
  );
  expect(stdout).not.toContain('compiling');
});
