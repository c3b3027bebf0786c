import { expect, test } from 'vitest';
import type { JournalEvent } from '../../orchestrator/model/event.ts';
import type { KernelProblem } from '../../orchestrator/model/problem.ts';
import { SplatFinder } from './splats.ts';

type Report = Extract<JournalEvent, { type: 'problem' }>;

const AT = { cell: 'c', test: 'fio/a', attempt: 1 } as const;

function report(
  name: string,
  lines: readonly string[] = [`WARNING: ${name}`, `end of ${name}`],
  more: Partial<Report> = {},
): Report {
  const problem: KernelProblem = {
    kind: 'warning',
    title: name,
    signature: `warning: ${name}`,
    lines,
    truncated: false,
    fatal: false,
    blame: 'kernel',
  };
  return { v: 3, t: '', type: 'problem', ...AT, guest: 1, during: 'test', problem, ...more };
}

function find(reports: readonly Report[], evidence: string, at: { cell: string; test: string; attempt: number } = AT) {
  const finder = new SplatFinder();
  for (const one of reports) finder.add(one);
  return finder.take(at, evidence)?.map(({ signature, from, to }) => `${signature} ${from}-${to}`);
}

test('the reports stand in the evidence behind what the test itself said', () => {
  expect(find([report('a'), report('b')], 'the test said\nWARNING: a\nend of a\nWARNING: b\nend of b')).toEqual([
    'warning: a 1-3',
    'warning: b 3-5',
  ]);
});

test('one that comes several times is found each time', () => {
  expect(find([report('a'), report('a')], 'WARNING: a\nend of a\nWARNING: a\nend of a')).toEqual([
    'warning: a 0-2',
    'warning: a 2-4',
  ]);
});

test('the last words of a guest lack the source lines that the report has', () => {
  expect(find([report('a', ['Oops', ' f+0x1/0x2 (drivers/x.c:1)'])], 'Oops\n f+0x1/0x2')).toEqual(['warning: a 0-2']);
  expect(find([report('a', ['Oops', ' f+0x1/0x2 (drivers/x.c:1)'])], 'Oops\n f+0x1')).toBeUndefined();
});

test('one that was cut is none: the rest of it would be nobody’s', () => {
  expect(find([report('a')], 'WARNING: a\n[… 9 characters left out here …]')).toBeUndefined();
});

test('those of other cells, tests and attempts are not looked for', () => {
  for (const other of [{ cell: 'd' }, { test: 'fio/b' }, { attempt: 2 }])
    expect(find([report('a', undefined, other)], 'WARNING: a\nend of a')).toBeUndefined();
});

test('one between two tests is found in the guest/close that is charged with it, and in no later one', () => {
  const finder = new SplatFinder();
  finder.add(report('a', undefined, { during: 'gap' }));
  const close = { cell: 'c', test: 'guest/close', attempt: 3 };
  expect(finder.take(AT, 'WARNING: a\nend of a')).toBeUndefined();
  expect(finder.take(close, 'WARNING: a\nend of a')).toHaveLength(1);
  expect(finder.take(close, 'WARNING: a\nend of a')).toBeUndefined();
});
