import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { renderAnnotations } from '../formats/github/annotations.ts';
import { renderHtml } from '../formats/html/page.ts';
import { renderJunit } from '../formats/junit/junit.ts';
import { renderMetricsCsv } from '../formats/csv/metrics-csv.ts';
import { renderComparePage } from '../serve/pages/compare-page.ts';
import type { RunSummary } from '../fold/summary.ts';
import { renderMarkdown } from '../formats/markdown/summary-markdown.ts';
import { makeMeasuredRun, MEASURED_TEST } from '../testing/make-measured-run.ts';
import { answerSeries, STEPS, SUBJECTS } from '../testing/make-series.ts';
import { compareKernels } from '../verdicts/compare-kernels.ts';
import { compareRuns } from '../verdicts/compare-runs.ts';
import { compareSeries } from '../verdicts/compare-series.ts';
import { readComparison, writeComparison } from '../verdicts/comparison-file.ts';
import { formatComparison } from '../formats/terminal/comparison-text.ts';
import { judgeComparison } from '../verdicts/judge-comparison.ts';

const QUICK = [1000, 1003, 1006, 1009, 1012, 1015, 1018];
const SLOW = QUICK.map((iops) => iops * 0.9);
const CELL = 'patched/nvdimm/ext4-dax/fio';

describe('a kernel that is slower than the other one of the run', () => {
  const run = makeMeasuredRun({ base: QUICK, patched: SLOW });
  const comparison = compareKernels(run, { base: 'base', now: 'patched' });

  test('is reported by the one figure that says so, with medians and repeats of both', () => {
    expect(comparison.figures).toMatchObject([
      {
        by: 'repeats',
        cell: CELL,
        test: MEASURED_TEST,
        name: 'write.iops',
        verdict: 'slower',
        base: { median: 1009, count: 7 },
        now: { median: expect.closeTo(908.1, 3) as number, count: 7 },
        change: { by: expect.closeTo(-0.1, 2) as number },
      },
    ]);
  });

  test('is an alarm, though no test failed', () => {
    expect(judgeComparison(comparison, run, { whole: false })).toBe(1);
    const same = makeMeasuredRun({ base: QUICK, patched: QUICK });
    expect(judgeComparison(compareKernels(same, { base: 'base', now: 'patched' }), same, { whole: false })).toBe(0);
  });

  test('is in every report', () => {
    const words = 'write.iops 1.01k IOPS → 908 IOPS, −10.0 % (−10.8 % to −9.2 %)';
    expect(formatComparison(comparison).join('\n')).toMatch(
      /1 figure slower\n✗ patched\/nvdimm\/ext4-dax\/fio {2}fio\/dax-psync-fsync {2}write\.iops 1\.01k IOPS → 908 IOPS, −10\.0 % .*\n {4}7 and 7 repeats; by chance once in 1700\n/,
    );
    expect(formatComparison(comparison).at(-1)).toBe('1 still-passing; figures: 1 slower');
    expect(renderMarkdown(run, comparison)).toContain('### 1 figure slower');
    expect([...renderHtml(run, comparison)].join('')).toContain(words);
    expect([...renderHtml(run, comparison)].join('')).toContain('1 figure slower</h1>');
    expect(renderComparePage(comparison)).toContain(words);
    expect([...renderJunit(run, { comparison })].join('')).toContain(
      `<property name="pmemrig.slower fio/dax-psync-fsync write.iops" value="${words}"/>`,
    );
    expect(renderAnnotations(run, comparison)).toEqual([
      expect.stringMatching(/^::error title=slower%3A fio\/dax-psync-fsync in patched/),
    ]);
  });

  test('is reported again from the file beside the run', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'pmemrig-figures-'));
    try {
      await writeComparison(dir, comparison);
      expect(await readComparison(dir)).toEqual(comparison);
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
});

describe('figures that did not change', () => {
  const WILD = [950, 1050, 980, 1020, 1000, 1040, 960];
  const same = compareKernels(makeMeasuredRun({ base: QUICK, patched: QUICK }), { base: 'base', now: 'patched' });
  const unknown = compareKernels(makeMeasuredRun({ base: WILD, patched: WILD.map((iops) => iops * 0.96) }), {
    base: 'base',
    now: 'patched',
  });

  test('are named with how sure that is, in the terminal, in Markdown and on the page', () => {
    expect(formatComparison(same)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^1 figure the same$/),
        expect.stringMatching(/write\.iops 1\.01k IOPS → 1\.01k IOPS, \+0\.0 % \(−.* % to \+.* %\)$/),
      ]),
    );
    expect(renderMarkdown(makeMeasuredRun({ base: QUICK, patched: QUICK }), same)).toMatch(
      /### 1 figure the same\n\n- `fio\/dax-psync-fsync` in `patched.*`: write\.iops .* % \(.*\)/,
    );
    expect(renderComparePage(same)).toMatch(
      /1 figure the same[\s\S]*fio\/dax-psync-fsync[\s\S]*1\.01k IOPS → 1\.01k IOPS/,
    );
  });

  test('and those that are unclear, with what it would take', () => {
    const text = formatComparison(unknown).join('\n');
    expect(text).toMatch(/1 figure unclear: .*--repeat \d+/);
    expect(text).toMatch(
      /fio\/dax-psync-fsync {2}write\.iops 1k IOPS → 960 IOPS, −4\.0 % .*\n {4}it takes \d+ repeats\n/,
    );
  });

  test('are only counted where they are as in all the runs before', () => {
    const figures = same.figures?.map((figure) => ({ ...figure, by: 'runs' as const }));
    const text = formatComparison({ ...same, figures: figures ?? [] }).join('\n');
    expect(text).toContain('figures: 1 same');
    expect(text).not.toContain('write.iops');
  });
});

describe('a series that makes it slower', () => {
  const run = makeMeasuredRun({ base: QUICK, 'patch-1': QUICK, patched: SLOW });
  const comparison = compareSeries(run, 'base', STEPS);
  const mail = answerSeries(run, comparison);

  test('has its first bad patch', () => {
    expect(comparison.figures).toMatchObject([{ name: 'write.iops', verdict: 'slower', firstBad: SUBJECTS[1] }]);
  });

  test('is answered with the figure, and gets no credit', () => {
    expect(mail.replaceAll(/\n\s*/g, ' ')).toContain(
      `No test fails with it, but 1 figure got worse: most of all write.iops of fio/dax-psync-fsync on nvdimm, by 10.0 %. The first bad patch is "${SUBJECTS[1]}".`,
    );
    expect(mail).toContain(
      'Measured, medians of 7 or more repeats in turns:\n\n  slower: fio/dax-psync-fsync in nvdimm/ext4-dax/fio: write.iops 1.01k\n    IOPS → 908 IOPS,',
    );
    expect(mail).toContain('In-Reply-To: <patch-2.20261124@example.org>');
    expect(mail).toContain('Reported-by: NAME <ADDRESS>');
    expect(mail).not.toContain('Tested-by');
  });
});

test('without repeats it says how many are needed, and the mail nothing', () => {
  const run = makeMeasuredRun({ base: [1000], patched: [500] });
  const comparison = compareKernels(run, { base: 'base', now: 'patched' });
  expect(comparison.figures).toMatchObject([{ verdict: 'cant-tell', needed: 4 }]);
  expect(formatComparison(comparison).join('\n')).toContain('1 figure unclear: it takes --repeat 4 at the least');
  expect(answerSeries(run, comparison, [])).not.toContain('Measured');
});

function night(iops: number, day: number): RunSummary {
  return {
    ...makeMeasuredRun({ patched: [iops] }),
    runId: `night-${day}`,
    startedAt: new Date(Date.UTC(2026, 0, day)).toISOString(),
  };
}

describe('a run against the runs before', () => {
  const past = Array.from({ length: 40 }, (_, day) => ({
    value: 1000 + (day % 7),
    run: { runId: `night-${day}`, startedAt: new Date(Date.UTC(2026, 0, day)).toISOString() },
  }));
  const pastOf = (_cell: string, _test: string, { name }: { readonly name: string }) =>
    name === 'write.iops' ? past : [];

  test('is judged by what is usual there', () => {
    const comparison = compareRuns(night(1000, 39), night(800, 41), () => [], pastOf);
    expect(comparison.figures).toMatchObject([
      { by: 'runs', name: 'write.iops', verdict: 'same', floor: { high: expect.closeTo(0.003, 3) as number } },
    ]);
    const fallen = [...past, { value: 801, run: { runId: 'night-40', startedAt: '2026-02-09T00:00:00.000Z' } }];
    const figures = compareRuns(
      night(1000, 39),
      night(800, 41),
      () => [],
      () => fallen,
    ).figures;
    expect(figures).toMatchObject([
      { by: 'runs', verdict: 'slower', since: { runId: 'night-40' }, base: { count: 41 }, now: { median: 800 } },
    ]);
  });

  test('is judged by counted instructions of the baseline alone, which no host disturbs', () => {
    const [before, after] = [
      makeMeasuredRun({ patched: [3263, 3263, 3264, 3264] }, 'instructions'),
      makeMeasuredRun({ patched: [3426, 3427, 3427, 3426] }, 'instructions'),
    ];
    expect(compareRuns({ ...before, runId: 'before' }, after, () => []).figures).toMatchObject([
      {
        by: 'repeats',
        name: 'write.instructions',
        verdict: 'slower',
        change: { by: expect.closeTo(0.05, 2) as number },
      },
    ]);
  });

  test('has no figures where nothing was measured before', () => {
    expect(compareRuns(night(1000, 39), night(800, 41), () => []).figures).toEqual([]);
  });
});

test('metrics.csv has each figure of each attempt', () => {
  const rows = [...renderMetricsCsv(makeMeasuredRun({ base: [1000, 1003], patched: [900, 903] }))]
    .join('')
    .trimEnd()
    .split('\r\n');
  expect(rows).toHaveLength(1 + 4 * 3);
  expect(rows[0]).toBe(
    'run,started,cell,kernel,kernel_release,image,pmem,filesystem,suite,test,attempt,status,metric,value,unit,better',
  );
  expect(
    rows
      .filter((row) => row.includes(',write.iops,'))
      .map((row) => row.split(',').slice(2, 5).concat(row.split(',').slice(9)).join(' ')),
  ).toEqual([
    'base/nvdimm/ext4-dax/fio base 6.12.9+bpo-amd64 fio/dax-psync-fsync 1 pass write.iops 1000 iops higher',
    'base/nvdimm/ext4-dax/fio base 6.12.9+bpo-amd64 fio/dax-psync-fsync 2 pass write.iops 1003 iops higher',
    'patched/nvdimm/ext4-dax/fio patched 6.12.9+bpo-amd64 fio/dax-psync-fsync 1 pass write.iops 900 iops higher',
    'patched/nvdimm/ext4-dax/fio patched 6.12.9+bpo-amd64 fio/dax-psync-fsync 2 pass write.iops 903 iops higher',
  ]);
});

test('the figures of a repeated test are its medians in every report', () => {
  const run = makeMeasuredRun({ base: [1000, 1010, 5000] });
  expect(renderMarkdown(run)).toContain('| write 1.01k IOPS |');
  expect([...renderJunit(run)].join('')).toContain('[[PROPERTY|write.iops=1010 iops]]');
  expect([...renderHtml(run)].join('')).toContain('write 1.01k IOPS');
});
