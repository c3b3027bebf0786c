import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { endOf, rig, Workspace } from './support/rig.ts';

const workspace = new Workspace();
afterAll(() => workspace[Symbol.dispose]());

function script(name: string, body: string): string {
  const path = join(workspace.dir, name);
  writeFileSync(path, `#!/bin/sh\n${body}\n`);
  chmodSync(path, 0o755);
  return path;
}

const guest = ['--kernel', 'bookworm', '--pmem', 'nvdimm', '--size', '128M', '--cpus', '1', '--memory', '1G'];

test("a reproducer sees the cell's device and file system, and what it leaves behind is kept", async () => {
  const path = script(
    'repro.sh',
    `set -e
test -b "$PMEMRIG_DEV0"
grep -q " $PMEMRIG_MNT ext4 .*dax=always" /proc/mounts
echo "argument: $1"
uname -r > "$PMEMRIG_ARTIFACTS/release.txt"`,
  );
  const run = await rig(['once', ...guest, '--fs', 'ext4-dax', '--', path, 'seven'], workspace);
  expect(run.stdout).toContain('pass');
  expect(run.exitCode).toBe(0);
  const artifacts = endOf(run.events, 'command/repro.sh').artifacts ?? [];
  const release = artifacts.find((artifact) => artifact.endsWith('release.txt'));
  expect(release && readFileSync(join(run.dir, release), 'utf8')).toMatch(/^6\.1\./);
});

test('a folder travels whole, and its run.sh finds what lies beside it', async () => {
  const folder = join(workspace.dir, 'repro');
  mkdirSync(folder);
  writeFileSync(join(folder, 'run.sh'), '#!/bin/sh\ngrep -q planted data.txt\n', { mode: 0o755 });
  writeFileSync(join(folder, 'data.txt'), 'planted\n');
  const run = await rig(['once', ...guest, '--', folder], workspace);
  expect(run.exitCode).toBe(0);
});

test('exit 4 skips with the last line as reason, exit 1 fails with the output as evidence', async () => {
  const skip = await rig(['once', ...guest, '--', script('skip.sh', 'echo "needs two devices"; exit 4')], workspace);
  expect(endOf(skip.events, 'command/skip.sh')).toMatchObject({
    status: 'skip',
    message: expect.stringContaining('needs two devices') as string,
  });
  expect(skip.exitCode).toBe(0);

  const fail = await rig(
    ['once', ...guest, '--', script('fail.sh', 'echo "expected 1, got 2" >&2; exit 1')],
    workspace,
  );
  expect(endOf(fail.events, 'command/fail.sh')).toMatchObject({
    status: 'fail',
    evidence: expect.stringContaining('expected 1, got 2') as string,
  });
  expect(fail.exitCode).toBe(1);
  expect(fail.stdout).toContain('expected 1, got 2');
});

test('a retry runs in a fresh guest, and what each attempt printed is kept', async () => {
  const path = script(
    'again.sh',
    'test -e /run/marker && echo "used guest" || echo "fresh guest"; touch /run/marker; exit 1',
  );
  const run = await rig(['once', ...guest, '--retries', '1', '--', path], workspace);
  const attempts = run.events.flatMap((event) =>
    event.type === 'test-end' && event.test === 'command/again.sh' ? [event] : [],
  );
  expect(
    attempts.map(({ attempt, artifacts = [] }) => [
      attempt,
      ...artifacts.map((path) => readFileSync(join(run.dir, path), 'utf8')),
    ]),
  ).toEqual([
    [1, 'fresh guest\n', expect.stringContaining('command/again.sh#1')],
    [2, 'fresh guest\n', expect.stringContaining('command/again.sh#2')],
  ]);
  // What the console showed meanwhile, from the test's own mark on.
  expect(attempts.map(({ artifacts = [] }) => artifacts.at(-1))).toEqual(
    [1, 2].map((attempt) => expect.stringMatching(new RegExp(`/console/command-again.sh.${attempt}.log$`)) as string),
  );
  expect(run.events.filter(({ type }) => type === 'guest-boot')).toHaveLength(2);
});

test('a command ends with its main process: what it left running is named, killed, and in nobody’s way', async () => {
  const path = script(
    'daemon.sh',
    'cd "$PMEMRIG_MNT"; sleep 1000 & env -i setsid sleep 2000 < /dev/null > /dev/null 2>&1 & cd /; seq 20000; exit 0',
  );
  const run = await rig(['once', ...guest, '--fs', 'ext4-dax', '--', path], workspace);
  const { artifacts = [], message, status } = endOf(run.events, 'command/daemon.sh');
  expect({ message, status }).toEqual({
    status: 'pass',
    message: expect.stringMatching(
      /^sleep \(process \d+\) was left running and was killed; sleep \(process \d+\) was left running and was killed$/,
    ) as string,
  });
  expect(readFileSync(join(run.dir, artifacts[0] ?? ''), 'utf8')).toMatch(/^1\n2\n[^]*\n20000\n$/);
  expect(endOf(run.events, 'guest/close').status).toBe('pass');
  expect(run.exitCode).toBe(0);
});

test('the signal that ended a command has its name, also one that SSH has none for, and in a guest whose /run is full', async () => {
  const run = await rig(
    ['once', ...guest, '--', script('bus.sh', 'dd if=/dev/zero of=/run/full bs=1M; kill -BUS $$')],
    workspace,
  );
  expect(endOf(run.events, 'command/bus.sh')).toMatchObject({
    status: 'fail',
    message: 'the command was ended by signal SIGBUS',
  });
});

test('KTAP is reported test by test, whatever is printed before it', async () => {
  const path = script(
    'ktap.sh',
    'for level in 1 2 3 4 5 6 7 8; do echo "make[$level]: Entering directory /srv/tests/with/a/rather/long/path"; done; echo "KTAP version 1"; echo 1..3; echo "ok 1 map"; echo "not ok 2 flush"; echo "ok 3 poison # SKIP no ARS"',
  );
  const run = await rig(['once', ...guest, '--', path], workspace);
  const subtests = run.events.flatMap((event) =>
    event.type === 'test-end' && event.parent !== undefined ? [`${event.test} ${event.status}`] : [],
  );
  expect(subtests).toEqual([
    expect.stringMatching(/map pass$/),
    expect.stringMatching(/flush fail$/),
    expect.stringMatching(/poison skip$/),
  ]);
  expect(run.exitCode).toBe(1);
});

test('a guest that powers itself off in the middle of a test is the crash of that test', async () => {
  const run = await rig(['once', ...guest, '--', script('off.sh', 'poweroff -f; sleep 60')], workspace);
  expect(endOf(run.events, 'command/off.sh')).toMatchObject({
    status: 'crash',
    message: expect.stringMatching(/powered (itself )?off/) as string,
  });
  expect(run.exitCode).toBe(1);
});

test('what the kernel reports during a test fails it, with the report as evidence, in the journal and as a file', async () => {
  // The kernel log takes the words of a report from anybody; the rig cannot see who wrote them.
  const report = [
    '------------[ cut here ]------------',
    'WARNING: CPU: 0 PID: 77 at drivers/nvdimm/pmem.c:210 pmem_submit_bio+0x1b4/0x2a0 [nd_pmem]',
    'RIP: 0010:pmem_submit_bio+0x1b4/0x2a0 [nd_pmem]',
    '---[ end trace 0000000000000000 ]---',
  ];
  const path = script(
    'warn.sh',
    `for line in ${report.map((line) => `'${line}'`).join(' ')}; do echo "<4>$line" > /dev/kmsg; done; echo done`,
  );
  const run = await rig(['once', ...guest, '--', path], workspace);
  expect(endOf(run.events, 'command/warn.sh')).toMatchObject({
    status: 'fail',
    message: expect.stringContaining('pmem_submit_bio') as string,
    evidence: expect.stringContaining('RIP: 0010') as string,
  });
  const problem = run.events.find((event) => event.type === 'problem');
  expect(problem).toMatchObject({
    test: 'command/warn.sh',
    attempt: 1,
    during: 'test',
    problem: { kind: 'warning', truncated: false },
  });
  expect(readFileSync(join(run.dir, problem?.file ?? ''), 'utf8')).toContain('drivers/nvdimm/pmem.c:210');
  expect(run.stdout).toContain('kernel problems:');
  expect(run.exitCode).toBe(1);
});
