import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { RuleSuiteSpec } from '../../../../matrices/suites/rule-suite.ts';
import { GuestDeath } from '../../../model/errors.ts';
import type { HostControl } from '../../../model/host-control.ts';
import { type Answer, createFakeGuest } from '../../testing/fake-guest.ts';
import { createSuiteContext, EXT4_DAX, FSDAX } from '../../testing/suite-context.ts';
import { openRules } from './open-rules.ts';
import { type Rule, RuleSkip, RuleUnproven, StepFailed } from './rule.ts';

const SPEC: RuleSuiteSpec<'dax'> = { kind: 'dax', name: 'dax', rules: [] };

const rule = (observe: Rule['observe'], more: Partial<Rule> = {}): Rule => ({
  id: 'it',
  title: 'It holds',
  rule: 'It must hold.',
  source: 'a function',
  look: 'there',
  devices: ['nvdimm'],
  needs: [],
  rows: [{ sees: { it: 'ok' }, because: 'it is so' }],
  seconds: 1,
  mutations: [],
  observe,
  ...more,
});

const good: Rule['observe'] = async () => ({ saw: { it: 'ok' } });
const never: Rule['observe'] = async () => {
  throw new Error('it must not run');
};

async function open(rules: readonly Rule[], faultsRefusal?: string, answers: Readonly<Record<string, Answer>> = {}) {
  const guest = createFakeGuest({
    devices: [FSDAX],
    kernelRelease: '6.1.0',
    answers: { 'echo hello': { stdout: 'hello\n' }, ...answers },
  });
  const host = { faults: { refusal: faultsRefusal } } as unknown as HostControl;
  const context = { ...createSuiteContext(SPEC, guest, EXT4_DAX), host };
  const session = await openRules(context, rules, undefined);
  const run = async () => session.run({ name: 'dax/it', estimateSec: 1 }, 1);
  const log = (): string => readFileSync(join(context.artifactDir, 'it.1.log'), 'utf8');
  return { session, run, log };
}

test('what a rule did is in its log, and what it saw is judged by its rows', async () => {
  const { run, log } = await open([
    rule(async ({ run: step }) => ({ saw: { it: (await step('echo hello')).exitCode === 0 ? 'ok' : 'no' } })),
  ]);
  expect(await run()).toMatchObject({ status: 'pass', message: 'it ok', artifacts: ['it.1.log'] });
  expect(log()).toBe('$ echo hello\nhello\nsaw {"it":"ok"}\n');
});

test('the log of a test that takes its guest down is kept, and salvaged', async () => {
  const { session, run, log } = await open([
    rule(async ({ note }) => {
      note('before it died');
      throw new GuestDeath('panic', 'Kernel panic', '');
    }),
  ]);
  await expect(run()).rejects.toThrow('Kernel panic');
  expect(log()).toBe('before it died\n');
  expect(await session.salvage?.({ name: 'dax/it', estimateSec: 1 }, 1)).toEqual(['it.1.log']);
});

test.each([
  [new RuleSkip('no such tool'), { status: 'skip', message: 'no such tool' }],
  [new RuleUnproven('no fault was seen'), { status: 'infra', message: 'no fault was seen' }],
  [new StepFailed('a step failed', 'its words'), { status: 'fail', message: 'a step failed', evidence: 'its words' }],
])('%s is a result', async (error, result) => {
  const { run } = await open([
    rule(async () => {
      throw error;
    }),
  ]);
  expect(await run()).toMatchObject(result);
});

test('a rule for other kernels, and one whose fault the host refuses, are skipped with the reason', async () => {
  const newer = await open([rule(never, { kernels: '>=6.6', kernelsBecause: 'a patch' })]);
  expect(await newer.run()).toEqual({ status: 'skip', message: 'the rule is for Linux >=6.6 (a patch)' });
  const refused = await open([rule(never, { needs: ['host-faults'] })], 'strace is not installed.');
  expect(await refused.run()).toEqual({
    status: 'skip',
    message: "the host's flush cannot be worked: strace is not installed.",
  });
});

test.each([
  ['the kernel has no xfs\n', { status: 'skip', message: 'the kernel has no xfs' }],
  ['', { status: 'fail', message: expect.stringContaining('mount -t xfs') as string, evidence: 'unknown type' }],
])('a mount that fails is a skip where the kernel was built without it, and only there', async (lack, result) => {
  const mounting = rule(async ({ mount }) => ({ saw: { it: (await mount({ type: 'xfs' })).path } }));
  const { run } = await open([mounting], undefined, {
    'mount -t xfs': { exitCode: 32, stderr: 'unknown type' },
    '/proc/filesystems': { stdout: lack },
  });
  expect(await run()).toMatchObject(result);
});

test('a guest is spent by a rule that says so, and by no other that leaves its devices as they were', async () => {
  const { session, run } = await open([rule(good)]);
  await run();
  expect(session.spent).toBe(false);
  const spending = await open([rule(good, { spendsGuest: true })]);
  await spending.run();
  expect(spending.session.spent).toBe(true);
});
