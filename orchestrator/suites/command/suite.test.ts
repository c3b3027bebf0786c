import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { InfraError } from '../../model/errors.ts';
import type { ExecOptions, ExecResult } from '../../model/guest.ts';
import type { CommandSuiteSpec } from '../../../matrices/suites/command.ts';
import { type Answer, createFakeGuest } from '../testing/fake-guest.ts';
import { createSuiteContext, EXT4_DAX, FSDAX, NO_FILESYSTEM } from '../testing/suite-context.ts';
import { commandSuite } from './suite.ts';

const spec: CommandSuiteSpec = {
  kind: 'command',
  name: 'command',
  upload: import.meta.filename,
  argv: ['./suite.test.ts', '-v'],
  timeoutSec: 30,
};

test('the file is copied to a fresh folder, run there, and its output kept', async () => {
  const guest = createFakeGuest({ devices: [FSDAX], answers: { 'suite.test.ts -v': { stdout: 'hello\n' } } });
  const context = createSuiteContext(spec, guest, NO_FILESYSTEM);
  const session = await commandSuite.open(context);
  expect(await session.run({ name: 'command/suite.test.ts', estimateSec: 1 }, 1)).toEqual({
    status: 'pass',
    artifacts: ['output.1.log'],
  });
  expect(guest.calls.slice(0, 3)).toEqual([
    expect.stringContaining('rm -rf /root/pmemrig-command'),
    `upload ${import.meta.filename} /root/pmemrig-command/suite.test.ts`,
    '/root/pmemrig-command/suite.test.ts -v',
  ]);
  expect(readFileSync(join(context.artifactDir, 'output.1.log'), 'utf8')).toBe('hello\n');
});

test('the command is given the devices, and where the file system is mounted if there is one', async () => {
  const guest = createFakeGuest({ devices: [FSDAX], answers: { 'df -B1': { stdout: 'Avail\n1\n' } } });
  const session = await commandSuite.open(createSuiteContext(spec, guest, EXT4_DAX));
  await session.run({ name: 'command/suite.test.ts', estimateSec: 1 }, 1);
  await session.close();
  expect(guest.optionsOf('suite.test.ts -v')).toMatchObject({
    cwd: '/root/pmemrig-command',
    timeoutMs: 30_000,
    env: {
      PMEMRIG_CELL: 'debian-6.1/nvdimm/ext4-dax/suite',
      PMEMRIG_KERNEL: '6.1.0-50-amd64',
      PMEMRIG_DEVICES: '1',
      PMEMRIG_DEV0: '/dev/pmem0',
      PMEMRIG_DEV0_KIND: 'nvdimm',
      PMEMRIG_DEV0_MODE: 'fsdax',
      PMEMRIG_DEV0_SIZE: '1073741824',
      PMEMRIG_MNT: '/mnt/pmemrig',
      PMEMRIG_ARTIFACTS: '/run/pmemrig/artifacts',
    },
  });
  expect(guest.calls.at(-1)).toBe('umount /mnt/pmemrig');
});

test('the files left in $PMEMRIG_ARTIFACTS are fetched', async () => {
  const guest = createFakeGuest({
    devices: [FSDAX],
    answers: { 'find ': { stdout: 'trace.dat\0' } },
    files: { '/run/pmemrig/artifacts/trace.dat': 'x' },
  });
  const session = await commandSuite.open(createSuiteContext(spec, guest, NO_FILESYSTEM));
  expect((await session.run({ name: 'command/suite.test.ts', estimateSec: 1 }, 2)).artifacts).toEqual([
    'output.2.log',
    'artifacts.2/trace.dat',
  ]);
});

test('a failed subtest names the output that it is from', async () => {
  const guest = createFakeGuest({
    devices: [FSDAX],
    answers: { 'suite.test.ts -v': { stdout: 'TAP version 13\n1..2\nok 1 map\nnot ok 2 flush\n' } },
  });
  const session = await commandSuite.open(createSuiteContext(spec, guest, NO_FILESYSTEM));
  const { subtests } = await session.run({ name: 'command/suite.test.ts', estimateSec: 1 }, 2);
  expect(subtests).toEqual([
    { name: 'map', status: 'pass' },
    { name: 'flush', status: 'fail', message: 'not ok', artifacts: ['output.2.log'] },
  ]);
});

test('results are read as they come, however much is printed after them', async () => {
  const fake = createFakeGuest({ devices: [FSDAX] });
  const noise = Buffer.alloc(2 ** 20, `${'x'.repeat(63)}\n`);
  const guest = {
    ...fake,
    exec: async (command: string | readonly string[], options: ExecOptions = {}): Promise<ExecResult> => {
      if (!command.includes('-v')) return fake.exec(command, options);
      options.onOutput?.(Buffer.from('TAP version 13\n1..2\nok 1 map\nnot '), 'stdout');
      options.onOutput?.(Buffer.from('not ok 7 of stderr\n'), 'stderr');
      options.onOutput?.(Buffer.from('ok 2 flush\n'), 'stdout');
      for (let megabytes = 0; megabytes < 20; megabytes += 1) options.onOutput?.(noise, 'stdout');
      return {
        exitCode: 0,
        signal: null,
        stdout: noise.toString('utf8', 0, options.maxOutputBytes),
        stderr: '',
        truncated: true,
        timedOut: false,
        durationMs: 1,
      };
    },
  };
  const session = await commandSuite.open(createSuiteContext(spec, guest, NO_FILESYSTEM));
  expect(await session.run({ name: 'command/suite.test.ts', estimateSec: 1 }, 1)).toMatchObject({
    status: 'fail',
    message: '1 of 2 subtests failed, the first is "flush"',
    subtests: [{ name: 'map' }, { name: 'flush' }],
  });
});

test('a fetch that fails leaves the verdict as it is, and is reported with the evidence', async () => {
  const guest = {
    ...createFakeGuest({
      devices: [FSDAX],
      answers: { 'suite.test.ts -v': { exitCode: 3, stdout: 'broken\n' }, 'find ': { stdout: 'a\0' } },
    }),
    download: () => Promise.reject(new InfraError('reading it failed', { code: 'transfer-failed' })),
  };
  const session = await commandSuite.open(createSuiteContext(spec, guest, NO_FILESYSTEM));
  expect(await session.run({ name: 'command/suite.test.ts', estimateSec: 1 }, 1)).toEqual({
    status: 'fail',
    message: 'exit status 3',
    evidence: 'broken\n[pmemrig: the artifacts could not be fetched whole: reading it failed]',
    artifacts: ['output.1.log'],
  });
});

test('an output file that cannot be written is a remark, and no end of the test', async () => {
  const guest = createFakeGuest({ devices: [FSDAX], answers: { 'suite.test.ts -v': { stdout: 'hello\n' } } });
  const context = createSuiteContext(spec, guest, NO_FILESYSTEM);
  mkdirSync(join(context.artifactDir, 'output.1.log'));
  const session = await commandSuite.open(context);
  expect(await session.run({ name: 'command/suite.test.ts', estimateSec: 1 }, 1)).toMatchObject({
    status: 'pass',
    evidence: expect.stringContaining('the output could not be kept: EISDIR'),
  });
});

test("the test's deadline leaves room for copying in and for fetching the artifacts", async () => {
  const session = await commandSuite.open(
    createSuiteContext(spec, createFakeGuest({ devices: [FSDAX] }), NO_FILESYSTEM),
  );
  expect(session.testTimeoutMs({ name: 'command/suite.test.ts', estimateSec: 1 })).toBe((30 + 60 + 60) * 1000);
});

/** Runs the command in a guest that answers so. */
async function resultOf(answer: Answer) {
  const guest = createFakeGuest({ devices: [FSDAX], answers: { 'suite.test.ts -v': answer } });
  const session = await commandSuite.open(createSuiteContext(spec, guest, NO_FILESYSTEM));
  return session.run({ name: 'command/suite.test.ts', estimateSec: 1 }, 1);
}

test('what a command left running is named, and changes no verdict', async () => {
  const left = Array.from({ length: 13 }, (_, index) => `sleep (process ${index}) was left running and was killed`);
  expect(await resultOf({ leftBehind: left.slice(0, 1) })).toMatchObject({ status: 'pass', message: left[0] });
  expect(await resultOf({ exitCode: 3, leftBehind: left })).toMatchObject({
    status: 'fail',
    message: expect.stringMatching(/^exit status 3; sleep \(process 0\) .*; and 3 more processes$/),
  });
  // At its deadline all of it is still the command.
  expect((await resultOf({ timedOut: true, leftBehind: left })).message).not.toContain('sleep');
});
