import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { LOCKDEP_EXERCISES, type LockdepExercise } from '../../../matrices/suites/lockdep.ts';
import type { LockdepSuiteSpec } from '../../../matrices/suites/lockdep.ts';
import { type Answer, createFakeGuest } from '../testing/fake-guest.ts';
import { createSuiteContext, EXT4_DAX, FSDAX } from '../testing/suite-context.ts';
import { readExercise } from './exercises.ts';
import { lockdepSuite } from './suite.ts';
import { SuiteSetupError } from '../../model/errors.ts';

const SCRIPTS = join(import.meta.dirname, 'exercises');
const STATS = { '/proc/lockdep_stats': { stdout: ' direct dependencies: 1 [max: 2]\n debug_locks: 1\n' } };
const STATE = 'udevadm settle --timeout=20\nfor device';
const DEVICE = { ...FSDAX, namespace: 'namespace0.0', region: 'region0' };

async function runOne(exercise: LockdepExercise, answers: Record<string, Answer | readonly Answer[]>) {
  const spec: LockdepSuiteSpec = { kind: 'lockdep', name: 'lockdep', exercises: [exercise], durationSec: 2.5 };
  const guest = createFakeGuest({ devices: [DEVICE], answers: { ...STATS, ...answers } });
  const context = createSuiteContext(spec, guest, EXT4_DAX);
  const pmem = {
    name: 'nvdimm',
    devices: [{ kind: 'nvdimm', sizeBytes: 2 ** 30, namespace: 'fsdax', labelSizeBytes: 2 ** 21 }],
  } as const;
  const session = await lockdepSuite.open({ ...context, cell: { ...context.cell, pmem } });
  const result = await session.run({ name: `lockdep/${exercise}`, estimateSec: 1 }, 1);
  return { guest, session, result };
}

test('an exercise is given its device, its duration and how to make the file system', async () => {
  const { guest, result, session } = await runOne('fsync-writers-16', {
    'fsync-writers.sh': { stdout: 'count fsync 5\n' },
  });
  expect(result).toMatchObject({ status: 'pass', artifacts: ['fsync-writers-16.1.log'] });
  expect(guest.optionsOf('fsync-writers.sh')?.env).toEqual({
    DEVICE: '/dev/pmem0',
    NODE: 'pmem0',
    MODE: 'fsdax',
    NAMESPACE: 'namespace0.0',
    REGION: 'region0',
    SECONDS_LONG: '3',
    MKFS: 'mkfs.ext4 -q -F -b 4096 -E lazy_itable_init=0,lazy_journal_init=0',
    FS_TYPE: 'ext4',
    FS_OPTIONS: 'dax=always',
    JOBS: '16',
  });
  expect(session.spent).toBe(false);
});

test('a kernel without PROVE_LOCKING ends every test with the reason', async () => {
  const opened = runOne('mount-cycle', { '/proc/lockdep_stats': { exitCode: 1 } });
  await expect(opened).rejects.toThrow(SuiteSetupError);
  await expect(opened).rejects.toThrow(
    'the kernel 6.1.0-50-amd64 has no CONFIG_PROVE_LOCKING (/proc/lockdep_stats is missing)',
  );
});

test('devices that are not as before fail a test that passed, and spend the guest', async () => {
  const { result, session } = await runOne('namespace-create', {
    'namespace-create.sh': { stdout: 'count create 2\n' },
    [STATE]: [{ stdout: '/dev/pmem0 there size 2093056 dax 1\n' }, { stdout: '/dev/pmem0 gone size unknown dax -\n' }],
  });
  expect(result).toMatchObject({
    status: 'fail',
    message: 'the devices are not as before (2 differences, the first is gone: /dev/pmem0 there size 2093056 dax 1)',
  });
  expect(session.spent).toBe(true);
});

test('after a poisoned page the guest is spent, even if all went well', async () => {
  const { result, session } = await runOne('memory-failure', { 'memory-failure.sh': { stdout: 'count killed 3\n' } });
  expect(result.status).toBe('pass');
  expect(session.spent).toBe(true);
  expect(session.forgives?.({ name: 'lockdep/memory-failure', estimateSec: 1 })).toEqual([
    expect.objectContaining({ title: 'Memory failure: *dax page*' }),
  ]);
});

test('an exercise that the kernel cannot do changed nothing, and the guest stays good', async () => {
  const { result, session } = await runOne('memory-failure', {
    'memory-failure.sh': { exitCode: 4, stdout: 'the kernel has no CONFIG_MEMORY_FAILURE\n' },
  });
  expect(result).toMatchObject({ status: 'skip', message: 'the kernel has no CONFIG_MEMORY_FAILURE' });
  expect(session.spent).toBe(false);
});

test('every exercise has its script, every script its exercise, and each begins with what all share', () => {
  const used = new Set(LOCKDEP_EXERCISES.map((name) => readExercise(name).script));
  expect(readdirSync(SCRIPTS).toSorted()).toEqual([...used, 'lib.sh'].toSorted());
  for (const script of used) {
    expect(existsSync(join(SCRIPTS, script))).toBe(true);
    expect(readFileSync(join(SCRIPTS, script), 'utf8')).toContain('. "${0%/*}/lib.sh"');
  }
});
