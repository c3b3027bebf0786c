import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PACKAGE_ROOT } from '../orchestrator/model/package-root.ts';
import { endOf, results, rig, type RigRun, Workspace } from './support/rig.ts';

/** One for the run that waits for deadlines, and one for those beside it. */
const [workspace, beside] = [new Workspace(), new Workspace()];
afterAll(() => {
  for (const each of [workspace, beside]) each[Symbol.dispose]();
});

const MINUTES = 60_000;
/** A tree of our own that speaks the harness' contract, lies included. */
const FIXTURE = join(PACKAGE_ROOT, 'e2e/testdata/xfstests-fixture');

function writeMatrix(name: string, suite: string, { dir } = workspace): string {
  const path = join(dir, `${name}.yaml`);
  writeFileSync(
    path,
    `version: 1
name: ${name}
guest: { cpus: 2, memory: 2G }
kernels: [{ name: k, debian: { release: bookworm } }]
images: [{ name: bookworm, debian: { release: bookworm, sets: [xfstests] } }]
pmem: [{ name: nvdimm, devices: [{ kind: nvdimm, size: 512M, role: scratch }, { kind: nvdimm, size: 512M, role: test }, { kind: virtio-blk, size: 64M }] }]
filesystems: [{ name: ext4-dax, type: ext4, mount: dax=always }]
suites: [{ name: xfstests, tree: ${FIXTURE}, ${suite} }]
`,
  );
  return path;
}

const TESTS = [
  '001',
  '002',
  '003',
  '004',
  '006',
  '008',
  '009',
  '010',
  '012',
  '013',
  '014',
  '016',
  '018',
  '022',
  '024',
  '026',
  '029',
].map((id) => `selftest/${id}`);
const lists = join(workspace.dir, 'lists.yaml');

describe('a harness that lies, and tests that take their guests down', () => {
  let run: RigRun;
  const end = (name: string) => endOf(run.events, `xfstests/${name}`);
  const folder = (name: string): string => join(run.dir, 'cells', 'k+nvdimm+ext4-dax+xfstests', name);

  beforeAll(async () => {
    writeFileSync(
      lists,
      `version: 1
rules:
  - { tests: [selftest/024], action: exclude, kernels: ">=6.1 <6.2", dax: [always], reason: too slow for this test }
  - { tests: [selftest/003], action: known, devices: [nvdimm], reason: it is made to fail, link: "https://example.org/3" }
  - { tests: [selftest/002], action: known, devices: [virtio-pmem], reason: not here }
`,
    );
    run = await rig(
      [
        'run',
        writeMatrix('lies', `lists: [${lists}], timeout: 25s, groups: [generic/quick], tests: [${TESTS.join(', ')}]`),
      ],
      workspace,
    );
  }, 15 * MINUTES);

  test('each test has exactly one result, and the exit status says that some failed', () => {
    expect(run.exitCode).toBe(1);
    // Of the rig's own tests only those that did not pass: a guest that did not come up is seen here.
    const ended = results(run.events).filter((line) => line.startsWith('xfstests/') || !/ (?:pass|skip)$/.test(line));
    expect(ended.toSorted()).toEqual(
      [
        'generic/001#1 pass',
        'generic/002#1 pass',
        'selftest/001#1 pass',
        'selftest/002#1 fail',
        'selftest/003#1 skip',
        'selftest/004#1 skip',
        'selftest/006#1 fail',
        'selftest/008#1 fail',
        'selftest/009#1 crash',
        'selftest/010#1 hang',
        'selftest/012#1 crash',
        'selftest/013#1 crash',
        'selftest/014#1 pass',
        'selftest/016#1 fail',
        'selftest/018#1 fail',
        'selftest/022#1 fail',
        'selftest/024#1 excluded',
        'selftest/026#1 fail',
        'selftest/029#1 pass',
      ].map((line) => `xfstests/${line}`),
    );
  });

  test('a failure shows the difference', () => {
    expect(end('selftest/002')).toMatchObject({
      message: 'output mismatch',
      evidence: expect.stringMatching(/^ +\+/m) as string,
    });
  });

  test('lists know a failure, and exclude, where their conditions hold', () => {
    expect(end('selftest/003').message).toBe(
      'known failure: it is made to fail (https://example.org/3); it said: failed, exit status 3',
    );
    expect(end('selftest/024').message).toBe('too slow for this test');
  });

  test('what a test of shutdowns makes its file system say is reported, and fails nothing', () => {
    const problems = run.events.filter((event) => event.type === 'problem' && event.test === 'xfstests/selftest/029');
    expect(problems).toEqual([
      expect.objectContaining({
        problem: expect.objectContaining({ title: 'Aborting journal on device pmem1-8.' }) as unknown,
        known: { reason: 'the test shuts its file system down (group shutdown)' },
      }),
    ]);
  });

  test("the reason of a test that is not run is the harness's own", () => {
    expect(end('selftest/004').message).toMatch(/\S/);
    expect(readFileSync(join(run.dir, 'junit.xml'), 'utf8')).toContain('selftest/004');
  });

  test('what the harness overlooks in the kernel log fails the test', () => {
    expect(end('selftest/006').message).toMatch(/^the kernel reported: INFO: task fixture:902 blocked/);
    expect(end('selftest/008').message).toMatch(
      /fixture feature not there; the kernel reported: WARNING: .*fixture_fill_super/,
    );
  });

  test('a panic, a power-off, a lost sshd and a hang cost their tests alone', () => {
    expect(end('selftest/009').message).toMatch(/^Kernel panic - not syncing/);
    // What the test had written before is had of the dead guest's disk.
    expect(readdirSync(folder('selftest-009.1'))).toEqual(['full']);
    expect(end('selftest/010').message).toMatch(/did not end within .*its deadline of/);
    expect(end('selftest/012').message).toMatch(/SSH connection was lost/);
    expect(end('selftest/013').message).toBe('the guest powered itself off');
    expect(end('selftest/014').status).toBe('pass');
  });

  test('what a test left is kept within bounds, under no name of its own choice', () => {
    expect(statSync(join(folder('selftest-016.1'), 'full')).size).toBe(4 * 2 ** 20);
    expect(readdirSync(folder('selftest-018.1')).toSorted()).toEqual(['check.log', 'out.bad']);
    expect(
      readdirSync(folder('.'))
        .toSorted()
        .filter((name) => /\.\d$/.test(name)),
    ).toEqual(['002', '003', '009', '016', '018', '022', '026'].map((id) => `selftest-${id}.1`));
  });

  test('no result is no pass', () => {
    expect(end('selftest/022').message).toBe("no result: the test's file is not in the tree");
    expect(end('selftest/026').message).toMatch(/^no result: the harness was interrupted by a signal/);
  });
});

interface RunsBeside {
  readonly flaky: RigRun;
  readonly withoutTree: RigRun;
}

/** They begin with the file, for the run above leaves the host idle while it waits for a test that hangs. */
let runsBeside: Promise<RunsBeside>;
beforeAll(() => {
  runsBeside = runBeside();
  // The tests that await it report it.
  runsBeside.catch(() => undefined);
});

async function runBeside(): Promise<RunsBeside> {
  const tests = 'timeout: 30s, tests: [selftest/001, selftest/015]';
  const flaky = await rig(['run', writeMatrix('flaky', tests, beside), '--retries', '1'], beside);
  const matrix = writeMatrix('no-tree', 'tests: [generic/001]', beside);
  writeFileSync(
    matrix,
    readFileSync(matrix, 'utf8')
      .replace(`tree: ${FIXTURE}, `, '')
      .replace('suites: [', 'suites: [{ name: command, run: "true" }, '),
  );
  const withoutTree = await rig(['run', matrix], beside, { env: { XFSTESTS_TREE: '' } });
  return { flaky, withoutTree };
}

test(
  'what fails and then passes in a fresh guest is flaky, with both attempts kept',
  { timeout: 5 * MINUTES },
  async () => {
    const { flaky } = await runsBeside;
    expect(results(flaky.events).filter((line) => line.startsWith('xfstests/'))).toEqual([
      'xfstests/selftest/001#1 pass',
      'xfstests/selftest/015#1 fail',
      'xfstests/selftest/015#2 pass',
    ]);
    expect(flaky.stdout).toMatch(/flaky.*selftest\/015/);
    expect(flaky.events[0]).toMatchObject({
      type: 'run-start',
      rerun: expect.stringMatching(/^pmemrig run \S+ --retries 1 \{filter\}$/) as string,
    });
  },
);

test(
  'without a tree the suite is left out with what to do, and the rest of the matrix runs',
  { timeout: 5 * MINUTES },
  async () => {
    const { withoutTree } = await runsBeside;
    expect(withoutTree.exitCode).toBe(0);
    expect(readFileSync(join(withoutTree.dir, 'junit.xml'), 'utf8')).toMatch(
      /no xfstests tree is named: .* let \$XFSTESTS_TREE or tree: name it/,
    );
  },
);
