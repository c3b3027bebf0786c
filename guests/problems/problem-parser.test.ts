import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { KernelProblem } from '../../orchestrator/model/problem.ts';
import { createProblemParser } from './problem-parser.ts';

function parse(...lines: readonly string[]): KernelProblem[] {
  const problems: KernelProblem[] = [];
  const parser = createProblemParser((problem) => problems.push(problem));
  parser.push(Buffer.from(lines.map((line) => `${line}\n`).join('')));
  parser.end();
  return problems;
}

const readLog = (name: string): string[] =>
  readFileSync(join(import.meta.dirname, 'testdata', name), 'utf8').split(/\r*\n/);
const trace = [
  '[    2.100000] Call Trace:',
  '[    2.110000]  dax_fault+0x1/0x2',
  '[    2.200000] ---[ end trace 0000000000000000 ]---',
];

test('an oops and the panic that follows it are one problem, of the kind of the oops', () => {
  const problems = parse(...readLog('oops-panic-6.1.txt'));
  expect(problems).toMatchObject([
    {
      kind: 'paging-fault',
      title: 'BUG: unable to handle page fault for address: ffffc9000abcdef0',
      fatal: true,
      truncated: false,
    },
  ]);
  expect(problems[0]?.lines.join('\n')).toContain('Kernel panic - not syncing: Attempted to kill the idle task!');
  expect(problems[0]?.lines.at(-1)).toContain('Kernel Offset: ');
});

test('an oops that the kernel survived ends with its trace', () => {
  const lines = readLog('oops-panic-6.1.txt');
  const survived = lines.slice(
    0,
    lines.findIndex((line) => line.includes('Kernel panic')),
  );
  const [problem, ...more] = parse(
    ...survived,
    ...Array.from({ length: 20 }, (_, index) => `[   30.${100000 + index}] EXT4-fs (pmem0): mounted filesystem`),
  );
  expect(more).toEqual([]);
  expect(problem).toMatchObject({ kind: 'paging-fault', fatal: false, truncated: false });
  expect(problem?.lines.join('\n')).not.toContain('mounted');
});

test('a problem knows the marker that stood on the console before it began', () => {
  const problems = parse(
    '[    1.000000] pmemrig: test fio/one',
    '[    2.000000] BUG: unable to handle page fault for address: 1',
    ...trace,
    '[    3.000000] pmemrig: test fio/two',
    '[    4.000000] BUG: Bad page state in process fio  pfn:1',
  );
  expect(problems.map(({ marker }) => marker)).toEqual(['test fio/one', 'test fio/two']);
});

test('what was given out while it was printed comes again only with the panic that it led to', () => {
  const problems: KernelProblem[] = [];
  const parser = createProblemParser((problem) => problems.push(problem));
  const push = (...lines: readonly string[]) => parser.push(Buffer.from(lines.map((line) => `${line}\n`).join('')));
  push('[    2.000000] BUG: kernel NULL pointer dereference, address: 0000000000000000');
  parser.settle();
  expect(problems).toMatchObject([{ kind: 'null-dereference', truncated: true, fatal: false }]);
  push('[    2.050000] Oops: 0002 [#1] PREEMPT SMP PTI', ...trace);
  parser.settle();
  expect(problems).toHaveLength(1);
  push('[    2.300000] Kernel panic - not syncing: Fatal exception');
  parser.settle();
  expect(problems).toMatchObject([{}, { kind: 'null-dereference', fatal: true }]);
});

test('two errors of the machine, minutes apart, are two, with nothing printed between', () => {
  const problems = parse(
    '[  100.000001][    C2] mce: [Hardware Error]: CPU 2: Machine Check: 0 Bank 1: bd80000000100134',
    '[  500.000001][    C0] mce: [Hardware Error]: CPU 0: Machine Check: 0 Bank 1: be00000000800400',
  );
  expect(problems.map(({ kind, cpu, lines }) => [kind, cpu, lines.length])).toEqual([
    ['machine-check', undefined, 1],
    ['machine-check', undefined, 1],
  ]);
});

/** Each line in the microsecond of its number. */
const warn = (caller: string, name: string) =>
  [
    '------------[ cut here ]------------',
    `WARNING: drivers/nvdimm/pmem.c:310 at ${name}+0x1/0x2, CPU#1: fio/377`,
    'Call Trace:',
    ' <TASK>',
    ' submit_bio+0x1/0x2',
    ' </TASK>',
    '---[ end trace 0000000000000000 ]---',
  ].map((text, index) => `[   47.00000${index}][${caller}] ${text}`);

test('what two CPUs print in the same microsecond is printed by each', () => {
  const [left, right] = [warn('  T377', 'pmem_read'), warn('    C1', 'pmem_write')];
  const problems = parse(...left.flatMap((line, index) => [line, right[index] ?? '']));
  expect(problems.map(({ signature, caller, lines }) => [signature, caller, lines.length])).toEqual([
    ['warning: pmem_read < submit_bio', 'T377', 7],
    ['warning: pmem_write < submit_bio', 'C1', 7],
  ]);
});

test('a panic of an earlier time than a report is not what became of it', () => {
  const problems = parse(
    '[  603.430000][  T271] BUG: unable to handle page fault for address: dfff800000000001',
    '[  603.430001][  T271] Oops: Oops: 0000 [#1] SMP',
    '[  603.430002][  T271] RIP: 0010:nd_parse+0x1/0x2',
    '[  403.000001][    T1] Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000100',
    '[  403.000002][    T1] ---[ end Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000100 ]---',
  );
  expect(problems.map(({ kind, fatal }) => [kind, fatal])).toEqual([
    ['paging-fault', false],
    ['panic', true],
  ]);
});
