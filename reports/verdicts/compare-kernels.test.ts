import { describe, expect, test } from 'vitest';
import type { TestResult } from '../../orchestrator/model/outcome.ts';
import { renderMarkdown } from '../formats/markdown/summary-markdown.ts';
import { makeKernelsRun, type MadeKernels, splat, STEPS, SUBJECTS } from '../testing/make-series.ts';
import { compareKernels } from './compare-kernels.ts';
import { compareSeries } from './compare-series.ts';
import type { Comparison } from './compare-runs.ts';
import { formatComparison } from '../formats/terminal/comparison-text.ts';
import { judgeComparison } from './judge-comparison.ts';

const PASS: TestResult = { status: 'pass' };
const FAIL: TestResult = { status: 'fail', message: 'it broke', evidence: 'words' };
const INVERSION = splat('lockdep-circular: a / b', 'WARNING: possible circular locking dependency detected', []);

function compare(kernels: MadeKernels): Comparison {
  return compareKernels(makeKernelsRun(kernels).summarize(), { base: 'base', now: 'patched' });
}

/** `F` for a failed attempt. */
function letter(one: string | undefined): 'pass' | 'fail' {
  return one === 'F' ? 'fail' : 'pass';
}

function verdicts({ tests }: Comparison): readonly string[] {
  return tests.map(({ cell, test: name, verdict }) => `${cell} ${name} ${verdict}`);
}

test('a test that neither kernel came to has no odds', () => {
  const lost: TestResult = { status: 'infra', message: 'disk full' };
  const text = formatComparison(compare({ base: { nvdimm: { a: lost } }, patched: { nvdimm: { a: lost } } })).join(
    '\n',
  );
  expect(text).toContain('disk full\n    ran with neither kernel\n');
});

test('a kernel that came to no guest is named, and not its release', () => {
  const run = makeKernelsRun({ base: { nvdimm: { a: PASS } }, patched: { nvdimm: { a: PASS } } }).summarize();
  const lost = { ...run, guests: [], cells: run.cells.map((cell) => ({ ...cell, guests: [] })) };
  expect(formatComparison(compareKernels(lost, { base: 'base', now: 'patched' })).slice(0, 2)).toEqual([
    'base base',
    'now  patched',
  ]);
});

describe('two kernels of one run', () => {
  const kernels: MadeKernels = {
    base: { nvdimm: { a: PASS, b: FAIL, c: FAIL }, e820: { a: PASS } },
    patched: { nvdimm: { a: FAIL, b: PASS, c: FAIL }, 'virtio-pmem': { a: PASS } },
  };
  const comparison = compare(kernels);

  test('each test is judged by the same of the other kernel, whatever the cell is called', () => {
    expect(verdicts(comparison)).toEqual([
      'patched/nvdimm/ext4-dax/lockdep a new-failure',
      'patched/nvdimm/ext4-dax/lockdep b fixed',
      'patched/nvdimm/ext4-dax/lockdep c known-failure',
    ]);
    expect(comparison.tests[0]).toMatchObject({ attempts: { base: { failed: 0, of: 1 }, now: { failed: 1, of: 1 } } });
  });

  test('cells that one kernel alone has are named by their own ids', () => {
    expect(comparison).toMatchObject({
      onlyBase: ['base/e820/ext4-dax/lockdep'],
      onlyNow: ['patched/virtio-pmem/ext4-dax/lockdep'],
    });
  });

  test('only what differs is reported, by the attempts of this run and without its id', () => {
    const text = formatComparison(comparison).join('\n');
    expect(text).toContain('a  pass → fail  it broke\n    failed in 1 of 1 attempt, with the base kernel in 0 of 1\n');
    expect(text).not.toMatch(/c {2}fail → fail|20260301-100000/);
    expect(text).toContain('1 cell of base alone, not compared');
    expect(renderMarkdown(makeKernelsRun(kernels).summarize(), comparison)).toContain(
      '## `patched` against `base`: 1 new-failure, 1 fixed, 1 known-failure',
    );
  });

  test('a failure is the exit status, one that the base has too is not', () => {
    const run = makeKernelsRun(kernels).summarize();
    expect(judgeComparison(comparison, run, { whole: false })).toBe(1);
    const same = { base: { nvdimm: { a: FAIL } }, patched: { nvdimm: { a: FAIL } } };
    expect(judgeComparison(compare(same), makeKernelsRun(same).summarize(), { whole: false })).toBe(0);
  });
});

test('a kernel whose name begins as the other one does is another one', () => {
  const comparison = compareKernels(
    makeKernelsRun({ 'debian-6.1': { nvdimm: { a: PASS } }, 'debian-6.12': { nvdimm: { a: FAIL } } }).summarize(),
    { base: 'debian-6.1', now: 'debian-6.12' },
  );
  expect(verdicts(comparison)).toEqual(['debian-6.12/nvdimm/ext4-dax/lockdep a new-failure']);
});

test('a kernel problem that the base shows elsewhere is none of the patch', () => {
  const failed: TestResult = { status: 'fail', message: `the kernel reported: ${INVERSION.title}` };
  const comparison = compare({
    base: { nvdimm: { a: PASS, b: { result: failed, problem: INVERSION } } },
    patched: { nvdimm: { a: { result: failed, problem: INVERSION }, b: PASS } },
  });
  expect(comparison.tests.find(({ test: name }) => name === 'a')).toMatchObject({
    verdict: 'known-failure',
    message: expect.stringContaining('base shows the same in b of base/nvdimm') as string,
  });
});

test('another problem of the same title is', () => {
  const failed: TestResult = { status: 'fail', message: `the kernel reported: ${INVERSION.title}` };
  const other = { ...INVERSION, signature: 'lockdep-circular: c / d' };
  const comparison = compare({
    base: { nvdimm: { a: PASS, b: { result: failed, problem: other } } },
    patched: { nvdimm: { a: { result: failed, problem: INVERSION }, b: PASS } },
  });
  expect(comparison.tests.find(({ test: name }) => name === 'a')).toMatchObject({ verdict: 'new-failure' });
});

function repeated(base: string, now: string): Comparison {
  const journal = makeKernelsRun({
    base: { nvdimm: { a: { status: letter(base[0]) } } },
    patched: { nvdimm: { a: { status: letter(now[0]) } } },
  });
  journal.events.pop();
  for (const [kernel, letters] of [
    ['base', base],
    ['patched', now],
  ] as const) {
    for (const [index, each] of letters.split('').entries())
      if (index > 0)
        journal.test(`${kernel}/nvdimm/ext4-dax/lockdep`, 'a', { status: letter(each) }, { attempt: index + 1 });
  }
  return compareKernels(journal.add({ type: 'run-end', reason: 'finished' }).summarize(), {
    base: 'base',
    now: 'patched',
  });
}

test('that a guest which broke was not closed is no alarm of its own', () => {
  const closed = { nvdimm: { a: PASS, 'guest/close': PASS } };
  const lost: TestResult = { status: 'skip', message: 'the guest was lost, or given up' };
  expect(verdicts(compare({ base: closed, patched: { nvdimm: { a: FAIL, 'guest/close': lost } } }))).toEqual([
    'patched/nvdimm/ext4-dax/lockdep a new-failure',
    'patched/nvdimm/ext4-dax/lockdep guest/close unknown',
  ]);
  // A known problem gives the guest up, too.
  expect(compare({ base: closed, patched: { nvdimm: { a: PASS, 'guest/close': lost } } }).totals).toMatchObject({
    'newly-skipped': 0,
    unknown: 1,
  });
});

describe('repeated tests', () => {
  test.each([
    ['...', 'FFF', 'new-failure'],
    ['.....', 'FF.FF', 'new-failure'],
    ['...', 'F..', 'still-passing'],
    ['F.F.F', 'FFF.F', 'still-passing'],
    ['FFFF', '....', 'fixed'],
  ])('%s and then %s is %s', (base, now, verdict) => {
    expect(repeated(base, now).tests[0]?.verdict).toBe(verdict);
  });

  test('two attempts with each kernel are compared with each other, one with either is judged as any test', () => {
    expect(repeated('..', 'FF').tests[0]?.chance).toBeCloseTo(1 / 6);
    // By the exact odds of so few attempts it would be a third.
    expect(repeated('..', 'F').tests[0]?.chance).toBeCloseTo(0.25);
    expect(repeated('.', 'FF').tests[0]?.chance).not.toBeCloseTo(1 / 3);
  });

  test('a difference that may be chance is reported with its odds', () => {
    expect(formatComparison(repeated('...', 'F..')).join('\n')).toContain(
      'failed in 1 of 3 attempts, with the base kernel in 0 of 3: so by chance 50 times in 100',
    );
  });
});

describe('a series', () => {
  const good = { nvdimm: { a: PASS, b: PASS } };

  test('names the first patch with which a test fails', () => {
    const run = makeKernelsRun({ base: good, 'patch-1': good, patched: { nvdimm: { a: FAIL, b: PASS } } }).summarize();
    expect(compareSeries(run, 'base', STEPS).tests[0]).toMatchObject({ verdict: 'new-failure', firstBad: SUBJECTS[1] });
    const early = makeKernelsRun({
      base: good,
      'patch-1': { nvdimm: { a: FAIL, b: PASS } },
      patched: { nvdimm: { a: FAIL, b: PASS } },
    }).summarize();
    expect(compareSeries(early, 'base', STEPS).tests[0]).toMatchObject({ firstBad: SUBJECTS[0] });
  });

  test('names none where the patches were not built one by one', () => {
    const run = makeKernelsRun({ base: good, patched: { nvdimm: { a: FAIL, b: PASS } } }).summarize();
    expect(compareSeries(run, 'base', STEPS).tests[0]).not.toHaveProperty('firstBad');
  });

  test('that breaks something on the way and mends it again is reported: nobody could bisect over it', () => {
    const run = makeKernelsRun({ base: good, 'patch-1': { nvdimm: { a: FAIL, b: PASS } }, patched: good }).summarize();
    const comparison = compareSeries(run, 'base', STEPS);
    expect(comparison.totals['new-failure']).toBe(0);
    expect(comparison.kernels?.brokenBetween).toEqual([
      { cell: 'patch-1/nvdimm/ext4-dax/lockdep', test: 'a', patch: SUBJECTS[0], message: 'it broke' },
    ]);
    expect(formatComparison(comparison).join('\n')).toContain('broken on the way');
    expect(judgeComparison(comparison, run, { whole: false })).toBe(1);
  });

  test('has new warnings, wherever their lines have moved to, with the patch that brought them', () => {
    const old = { file: 'fs/dax.c', line: 10, text: 'unused variable ‘x’' };
    const fresh = { file: 'drivers/nvdimm/nd_virtio.c', line: 64, text: 'unused variable ‘flags’' };
    const run = makeKernelsRun(
      { base: good, 'patch-1': good, patched: good },
      {
        stages: {
          base: [old],
          'patch-1': [{ ...old, line: 12 }],
          patched: [{ ...old, line: 14 }, fresh, { ...fresh, line: 70 }],
        },
      },
    ).summarize();
    expect(compareSeries(run, 'base', STEPS).kernels?.warnings).toEqual({
      fresh: [{ ...fresh, patch: SUBJECTS[1] }],
      gone: [],
    });
  });

  test('whose kernels between were not built has a new warning from the only patch that touches its file', () => {
    const header = { file: 'drivers/nvdimm/virtio_pmem.h', line: 3, text: 'unused variable ‘n’' };
    const source = { file: 'drivers/nvdimm/nd_virtio.c', line: 64, text: 'unused variable ‘flags’' };
    const run = makeKernelsRun(
      { base: good, patched: good },
      { stages: { base: [], patched: [header, source] } },
    ).summarize();
    expect(compareSeries(run, 'base', STEPS).kernels?.warnings?.fresh).toEqual([
      { ...header, patch: SUBJECTS[1] },
      // Both patches touch it: which of them it was, nothing says.
      source,
    ]);
  });

  test('shows lock classes of the cells that both kernels have a list of', () => {
    const run = makeKernelsRun({
      base: { ...good, e820: { a: PASS } },
      patched: { ...good, e820: { a: PASS } },
    }).summarize();
    const lists = new Map([
      ['base/nvdimm/ext4-dax/lockdep', { names: new Set(['a', 'b']), whole: true }],
      ['base/e820/ext4-dax/lockdep', { names: new Set(['z']), whole: true }],
      ['patched/nvdimm/ext4-dax/lockdep', { names: new Set(['b', 'stats_lock']), whole: true }],
    ]);
    expect(compareSeries(run, 'base', STEPS, { lockClasses: lists }).kernels?.lockClasses).toEqual({
      cells: 1,
      fresh: ['stats_lock'],
      gone: ['a'],
    });
    // A splat ended the guest: what it had met is new all the same, what it had not come to is not gone.
    const cut = new Map([
      ...lists,
      ['patched/nvdimm/ext4-dax/lockdep', { names: new Set(['stats_lock']), whole: false }],
    ]);
    expect(compareSeries(run, 'base', STEPS, { lockClasses: cut }).kernels?.lockClasses).toEqual({
      cells: 1,
      fresh: ['stats_lock'],
      gone: [],
    });
  });
});
