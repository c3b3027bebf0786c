import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createConsole } from './console.ts';
import { createReportCollector } from './report-collector.ts';

function collect(lines: readonly string[]) {
  const collector = createReportCollector();
  for (const line of lines) collector.push(line);
  return collector;
}

// A console as QEMU gave it, up to where the kernel panicked of its oops.
const oops = readFileSync(join(import.meta.dirname, 'testdata', 'oops-panic-6.1.txt'), 'utf8').split(/\r*\n/);
const survived = oops.slice(0, oops.findIndex((line) => line.includes('Kernel panic')));
const trace = ['[    2.1] Call Trace:', '[    2.2] ---[ end trace 0000000000000000 ]---'];

test('an oops that the kernel survived is told once, whole', () => {
  const collector = collect([...survived, '[   30.000000] EXT4-fs (pmem0): mounted filesystem']);
  const report = collector.take();
  expect(report?.title).toBe('BUG: unable to handle page fault for address: ffffc9000abcdef0');
  expect(report?.lines[0]).toContain('BUG: unable to handle page fault');
  expect(report?.lines.at(-1)).toContain('---[ end trace');
  expect(collector.take()).toBeUndefined();
});

test('a task that hangs is told though its report has no end mark', () => {
  // A writer on a frozen file system, with hung_task_timeout_secs at 4; the kernel tells it again and again.
  const console = createConsole();
  console.push(readFileSync(join(import.meta.dirname, 'testdata', 'hung-task-6.12.txt')));
  const report = console.takeReport();
  expect(report?.title).toMatch(/^INFO: task touch:\d+ blocked for more than \d+ seconds\.$/);
  expect(report?.lines.some((line) => line.includes('percpu_rwsem_wait'))).toBe(true);
  expect(console.takeReport()).toBeUndefined();
});

test('of several reports the first is told: the others may follow from it', () => {
  const collector = collect(['[    2.0] BUG: first', ...trace, '[    3.0] BUG: second', ...trace]);
  expect(collector.take()?.title).toBe('BUG: first');
  expect(collector.take()).toBeUndefined();
  collector.push('[    4.0] BUG: third');
  expect(collector.take()?.title).toBe('BUG: third');
});

test('the rest of a report that was taken while it was printed is no further one', () => {
  const collector = collect(['[    2.0] BUG: kernel NULL pointer dereference, address: 0']);
  expect(collector.take()?.lines).toHaveLength(1);
  for (const line of ['[    2.1] Oops: 0002 [#1] PREEMPT SMP PTI', ...trace]) collector.push(line);
  expect(collector.take()).toBeUndefined();
});

test("the rig's own lines end a report that has no end mark", () => {
  const collector = collect(['[    2.0] INFO: task touch:300 blocked for more than 4 seconds.', '[    2.1] Call Trace:', '[    9.0] pmemrig: test fio/two', '[    9.1] quiet']);
  expect(collector.take()?.lines).toHaveLength(2);
  collector.push('[    9.2] BUG: next');
  expect(collector.take()?.title).toBe('BUG: next');
});

test.each([
  ['[    2.0] WARNING: possible circular locking dependency detected', true],
  ['[    2.0] watchdog: BUG: soft lockup - CPU#0 stuck for 26s! [fio:300]', true],
  ['[    2.0] rcu: INFO: rcu_preempt self-detected stall on CPU', true],
  ['[    2.0][  T300] general protection fault, probably for non-canonical address', true],
  ['[    2.0] Spectre V2 : WARNING: Unprivileged eBPF is enabled', false],
  ['[    2.0] pmemrig: test regress/BUG: 12', false],
  ['[    2.0] EXT4-fs (pmem0): DAX enabled. Warning: EXPERIMENTAL, use at your own risk', false],
])('%s: %s', (line, expected) => expect(collect([line]).take() !== undefined).toBe(expected));

test('a WARNING is told by the line below its cut mark, known or not', () => {
  const cut = '[    2.0] ------------[ cut here ]------------';
  expect(collect([cut, '[    2.1] WARNING: CPU: 0 PID: 300 at fs/dax.c:400', ...trace]).take()).toMatchObject({ title: 'WARNING: CPU: 0 PID: 300 at fs/dax.c:400', lines: { length: 4 } });
  expect(collect([cut, '[    2.1] UBSAN: shift-out-of-bounds in fs/dax.c:100:2', ...trace]).take()?.title).toBe('UBSAN: shift-out-of-bounds in fs/dax.c:100:2');
});

test('a report is bounded however long the kernel goes on, and boot does not count', () => {
  expect(collect(['[    1.0] BUG: workqueue lockup', ...Array.from({ length: 5000 }, () => 'noise')]).take()?.lines).toHaveLength(120);
  const console = createConsole();
  console.push(Buffer.from('[    1.0] BUG: in boot\n[    5.0] pmemrig: ready\n'));
  expect(console.takeReport()).toBeUndefined();
  console.push(Buffer.from('[    6.0] BUG: in a test\n'));
  expect(console.takeReport()?.title).toBe('BUG: in a test');
});
