import { expect, test } from 'vitest';
import { nameDeath, type DeathFacts } from './death.ts';

function name(facts: Partial<DeathFacts>) {
  const { kind, message, evidence } = nameDeath({
    suspicion: { what: 'qemu-exit', exit: { exitCode: 0, signal: null }, stderr: '' },
    isEmulated: false,
    events: [],
    report: undefined,
    fatalSentence: undefined,
    stacks: [],
    lastLines: ['the last line'],
    ...facts,
  });
  return { kind, message, evidence };
}

const shutdown = (reason: string) => ({ event: 'SHUTDOWN', data: { guest: true, reason } });
const panic = {
  title: 'Kernel panic - not syncing: hung_task',
  fatal: true,
  lines: ['Kernel panic - not syncing: hung_task', ' Call Trace:'],
};
const oops = {
  title: 'BUG: kernel NULL pointer dereference, address: 0',
  fatal: false,
  lines: ['BUG: kernel NULL pointer dereference, address: 0'],
};

test("the kernel's panic wins over the lost connection that it caused", () => {
  expect(name({ suspicion: { what: 'ssh-lost', reason: 'the SSH connection was lost' }, report: panic })).toEqual({
    kind: 'panic',
    message: 'Kernel panic - not syncing: hung_task',
    evidence: 'Kernel panic - not syncing: hung_task\n Call Trace:',
  });
});

test.each(['Oops: int3: 0000 [#1] PREEMPT SMP NOPTI', 'int3: 0000 [#1] PREEMPT SMP NOPTI'])(
  'an int3 that the kernel had patched away is QEMU’s, where QEMU translates: %s',
  (title) => {
    const report = { title, fatal: true, lines: [title] };
    expect(name({ report, isEmulated: true })).toMatchObject({
      kind: 'qemu-died',
      message: expect.stringContaining(title),
    });
    expect(name({ report })).toMatchObject({ kind: 'panic', message: title });
    expect(name({ report: panic, isEmulated: true }).kind).toBe('panic');
  },
);

test('the panic wins over the reset that follows it', () => {
  expect(name({ events: [shutdown('guest-reset')], report: panic }).kind).toBe('panic');
});

test('pvpanic reports a panic that the console lacks', () => {
  expect(
    name({ events: [{ event: 'GUEST_PANICKED', data: { action: 'run' } }, shutdown('guest-reset')] }),
  ).toMatchObject({
    kind: 'panic',
    message: 'the kernel panicked; its console says no more',
    evidence: 'the last line',
  });
});

test.each([
  ['guest-shutdown', 'power-off', 'the guest powered itself off'],
  ['guest-reset', 'reset', 'the guest reset itself without a panic'],
])('QEMU ended with %s: %s', (reason, kind, message) => {
  expect(name({ events: [shutdown(reason)] })).toEqual({ kind, message, evidence: 'the last line' });
});

test('a reset is a reset though SSH noticed it first', () => {
  expect(
    name({ suspicion: { what: 'ssh-lost', reason: 'the SSH connection was lost' }, events: [shutdown('guest-reset')] })
      .kind,
  ).toBe('reset');
});

test("init's own sentence explains the power-off", () => {
  expect(name({ events: [shutdown('guest-shutdown')], fatalSentence: 'the image has no sshd.' })).toMatchObject({
    kind: 'power-off',
    message: 'the guest gave up during boot: the image has no sshd.',
  });
});

test('a QEMU that ends without a word from the guest died itself', () => {
  expect(
    name({ suspicion: { what: 'qemu-exit', exit: { exitCode: null, signal: 'SIGBUS' }, stderr: '' } }).message,
  ).toBe(
    'QEMU was killed by SIGBUS (the host could not store what the guest wrote to its pmem: the disk of the runs is full)',
  );
  expect(
    name({ suspicion: { what: 'qemu-exit', exit: { exitCode: 1, signal: null }, stderr: 'qemu: out of luck' } }),
  ).toMatchObject({
    kind: 'qemu-died',
    message: 'QEMU exited with status 1: qemu: out of luck',
  });
});

test('an oops that did not stop the kernel is reported as well, and is the evidence', () => {
  expect(name({ suspicion: { what: 'stall', reason: 'no answer' }, report: oops })).toEqual({
    kind: 'stall',
    message: 'no answer; before that the kernel reported: BUG: kernel NULL pointer dereference, address: 0',
    evidence: 'BUG: kernel NULL pointer dereference, address: 0',
  });
});

test('of a stall the stacks are the evidence, after what the kernel reported before', () => {
  const suspicion = { what: 'stall', reason: 'no answer' } as const;
  const stacks = ['sysrq: Show Blocked State', 'task:ndctl state:D'];
  expect(name({ suspicion, stacks }).evidence).toBe('sysrq: Show Blocked State\ntask:ndctl state:D');
  expect(name({ suspicion, stacks, report: oops }).evidence).toBe(
    'BUG: kernel NULL pointer dereference, address: 0\nsysrq: Show Blocked State\ntask:ndctl state:D',
  );
});
