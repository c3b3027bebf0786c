import { expect, test } from 'vitest';
import { CANARIES, type CanaryModule } from '../../model/canary.ts';
import type { PlannedTest } from '../../model/cell.ts';
import { InfraError } from '../../model/errors.ts';
import type { SelftestSuiteSpec } from '../../../matrices/suites/selftest.ts';
import { type Answer, createFakeGuest } from '../testing/fake-guest.ts';
import { BOOKWORM, createSuiteContext, FSDAX, NO_FILESYSTEM } from '../testing/suite-context.ts';
import { selftestSuite } from './suite.ts';

const SPEC: SelftestSuiteSpec = { kind: 'selftest', name: 'selftest', canaries: CANARIES };
const BUILT: CanaryModule = { kind: 'built', path: '/cache/canaries/6.1/pmemrig_canary.ko' };

function planned(name: string): PlannedTest {
  return { name: `selftest/${name}`, estimateSec: 1 };
}

function open(
  answers: Readonly<Record<string, Answer>> = {},
  buildCanary: () => Promise<CanaryModule> = async () => BUILT,
) {
  const guest = createFakeGuest({ devices: [FSDAX], answers });
  return { guest, session: selftestSuite.open({ ...createSuiteContext(SPEC, guest, NO_FILESYSTEM), buildCanary }) };
}

test('every canary is a test that says what must be seen, and then one in which nothing may be', () => {
  const tests = selftestSuite.plan({
    spec: SPEC,
    kernel: { kind: 'debian', name: 'k', release: 'bookworm', flavour: 'amd64' },
    image: BOOKWORM,
    pmem: { name: 'nvdimm', devices: [] },
    filesystem: NO_FILESYSTEM,
  });
  expect(tests.map(({ name }) => name)).toEqual([...CANARIES, 'quiet'].map((name) => `selftest/${name}`));
  expect(tests.filter(({ expects }) => expects?.kinds.length === 0).map(({ name }) => name)).toEqual([
    'selftest/quiet',
  ]);
  expect(tests.every(({ expects }) => expects)).toBe(true);
});

test('the module is copied in, loaded and given its command', async () => {
  const { guest, session } = open();
  expect(await (await session).run(planned('abba'), 1)).toEqual({ status: 'pass' });
  expect(guest.calls).toEqual([
    'mkdir -p /run/pmemrig/selftest',
    'upload /cache/canaries/6.1/pmemrig_canary.ko /run/pmemrig/selftest/pmemrig_canary.ko',
    'insmod /run/pmemrig/selftest/pmemrig_canary.ko',
    'cat /proc/pmemrig_canary',
    'echo "abba" > /proc/pmemrig_canary',
    'sleep 1',
  ]);
});

test("the kernel's own threshold is lowered before a canary that waits for it", async () => {
  const { guest, session } = open();
  await (await session).run(planned('rcu-stall'), 1);
  expect(guest.calls.slice(4)).toEqual([
    'echo 3 > /sys/module/rcupdate/parameters/rcu_cpu_stall_timeout',
    'echo "rcu-stall 13" > /proc/pmemrig_canary',
    'sleep 1',
  ]);
});

test('nothing is said to the canary where nothing is to be seen', async () => {
  const { guest, session } = open();
  expect(await (await session).run(planned('quiet'), 1)).toEqual({ status: 'pass' });
  expect(guest.calls.filter((call) => call.startsWith('echo'))).toEqual([]);
});

test('what this kernel does not report is skipped with the option that it lacks', async () => {
  const { guest, session } = open({
    'cat /proc/pmemrig_canary': { stdout: 'abba CONFIG_PROVE_LOCKING\noops\nfuture-one CONFIG_X\n' },
  });
  expect(await (await session).run(planned('abba'), 1)).toEqual({
    status: 'skip',
    message: 'this kernel has no CONFIG_PROVE_LOCKING, and so reports no such problem',
  });
  expect(guest.calls.some((call) => call.startsWith('echo'))).toBe(false);
});

test.each([
  ['an oops kills the shell that asked for it', { exitCode: null, signal: 'KILL' }, 'pass'],
  ['a canary that refuses', { exitCode: 1, stderr: 'sh: 1: echo: I/O error' }, 'fail'],
])('%s: %o is a %s', async (_, answer, status) => {
  const { session } = open({ 'echo "oops"': answer });
  expect(await (await session).run(planned('oops'), 1)).toMatchObject({ status });
});

test.each<[string, Readonly<Record<string, Answer>>, () => Promise<CanaryModule>, string]>([
  [
    'without a build tree',
    {},
    async () => ({ kind: 'impossible', reason: 'it has no build tree' }),
    'nothing can be proven: it has no build tree',
  ],
  [
    'without a compiler',
    {},
    async () => Promise.reject(new InfraError('no gcc', { code: 'no-compiler', remedy: 'install gcc' })),
    'nothing can be proven: no gcc\n  fix: install gcc',
  ],
  [
    'of which the kernel refuses the module',
    { insmod: { exitCode: 1, stderr: 'insmod: ERROR: Invalid module format\n' } },
    async () => BUILT,
    'nothing can be proven: the kernel refused the canary: insmod: ERROR: Invalid module format',
  ],
])('a kernel %s makes every test infra at once', async (_, answers, buildCanary, message) => {
  await expect(open(answers, buildCanary).session).rejects.toMatchObject({
    name: 'SuiteSetupError',
    status: 'infra',
    message,
  });
});
