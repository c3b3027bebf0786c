import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createMarks } from '../hearing/marks.ts';
import { createConsole } from './console.ts';
import { findStacks } from './stacks.ts';

const backtraces = ['[   20.1] sysrq: Show backtrace of all active CPUs', '[   20.1] NMI backtrace for cpu 0'];
const blocked = [
  '[   20.2] sysrq: Show Blocked State',
  '[   20.2] task:ndctl state:D stack:0 pid:300',
  '[   20.2]  devm_memremap_pages+0x1/0x2',
];

test('blocked tasks are what a stall is about; the CPUs show it where none blocks', () => {
  expect(findStacks(['boot', ...backtraces, ...blocked])).toEqual(blocked);
  expect(findStacks(['boot', ...backtraces, blocked[0] ?? ''])).toEqual([...backtraces, blocked[0]]);
});

test('a real stall, a writer on a frozen file system, shows the writer', () => {
  const console = createConsole(createMarks());
  console.push(readFileSync(join(import.meta.dirname, 'testdata', 'stall-6.1.txt')));
  const stacks = console.stacks();
  expect(stacks[0]).toContain('sysrq: Show Blocked State');
  expect(stacks[1]).toMatch(/task:touch\s+state:D/);
  expect(stacks.some((line) => line.includes('mnt_want_write'))).toBe(true);
});

test('the latest stacks count, within bounds, and there may be none', () => {
  expect(findStacks([...blocked, 'later', ...blocked])).toEqual(blocked);
  expect(findStacks([...blocked, ...Array.from({ length: 5000 }, () => 'task')])).toHaveLength(120);
  expect(findStacks(['boot'])).toEqual([]);
});
