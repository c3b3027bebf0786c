import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createConsole } from './console.ts';
import { findKernelReport, stripTimeStamp } from './kernel-report.ts';

/** Consoles of guests that were really brought down, as QEMU gave them. */
function readLog(name: string): string[] {
  const lines: string[] = [];
  const console = createConsole((line) => lines.push(line));
  console.push(readFileSync(join(import.meta.dirname, 'testdata', name)));
  console.end();
  return lines;
}

test.each([
  // `echo c > /proc/sysrq-trigger`
  ['sysrq-panic-6.12.txt', 'Kernel panic - not syncing: sysrq triggered crash', /Kernel panic/],
  // Booted with rdinit=/nonexistent
  ['boot-panic-6.1.txt', 'Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)', /Kernel panic/],
  // The idle task was sent to a bad address with a debugger
  ['oops-panic-6.1.txt', 'Kernel panic - not syncing: Attempted to kill the idle task!', /BUG: unable to handle page fault for address: ffffc9000abcdef0/],
])('%s: the panic is the title, and the excerpt begins with its cause', (file, title, first) => {
  const report = findKernelReport(readLog(file));
  expect(report?.title).toBe(title);
  expect(report?.fatal).toBe(true);
  expect(report?.lines[0]).toMatch(first);
  expect(report?.lines.join('\n')).toContain('Kernel panic - not syncing');
  expect(report?.lines.at(-1)).toMatch(/Kernel Offset|end Kernel panic/);
});

test('an oops that the kernel survived ends with its trace and is not fatal', () => {
  const lines = readLog('oops-panic-6.1.txt');
  const survived = lines.slice(0, lines.findIndex((line) => line.includes('Kernel panic')));
  const report = findKernelReport([...survived, '[   30.000000] EXT4-fs (pmem0): mounted filesystem']);
  expect(report).toMatchObject({ fatal: false, title: 'BUG: unable to handle page fault for address: ffffc9000abcdef0' });
  expect(report?.lines[0]).toContain('BUG: unable to handle page fault');
  expect(report?.lines.at(-1)).toContain('---[ end trace');
});

test('of two separate oopses before a panic only the one that led to it is shown', () => {
  const trace = ['[    1.000001] Call Trace:', '[    1.000002] ---[ end trace 0000000000000000 ]---'];
  const report = findKernelReport(['[    1.000000] BUG: first', ...trace, 'quiet', '[    1.000000] BUG: second', ...trace, '[    2.000000] Kernel panic - not syncing: Fatal exception']);
  expect(report?.lines[0]).toContain('BUG: second');
});

test('a console without a report has none', () => {
  expect(findKernelReport(['[    0.000000] Linux version 6.1', 'pmemrig: ready'])).toBeUndefined();
  expect(findKernelReport([])).toBeUndefined();
});

test('an excerpt is bounded', () => {
  const noise = Array.from({ length: 5000 }, (_, index) => `line ${index}`);
  expect(findKernelReport(['[    1.000000] BUG: workqueue lockup', ...noise])?.lines).toHaveLength(120);
});

test.each([
  ['[   12.345678] text', 'text'],
  ['[    1.000000][   T12] text', 'text'],
  ['<4>[    1.000000] text', 'text'],
  ['text [1.0]', 'text [1.0]'],
])('time stamp of %j', (line, text) => expect(stripTimeStamp(line)).toBe(text));
