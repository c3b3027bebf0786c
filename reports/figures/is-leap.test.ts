import { describe, expect, test } from 'vitest';
import { renderAnnotations } from '../formats/github/annotations.ts';
import { renderHtml } from '../formats/html/page.ts';
import { renderJunit } from '../formats/junit/junit.ts';
import { renderComparePage } from '../serve/pages/compare-page.ts';
import { renderMarkdown } from '../formats/markdown/summary-markdown.ts';
import { makeMeasuredRun } from '../testing/make-measured-run.ts';
import { answerSeries, STEPS, SUBJECTS } from '../testing/make-series.ts';
import { compareKernels } from '../verdicts/compare-kernels.ts';
import { compareSeries } from '../verdicts/compare-series.ts';
import { formatComparison } from '../formats/terminal/comparison-text.ts';
import { judgeComparison } from '../verdicts/judge-comparison.ts';
import { describeTimes, isLeap } from './is-leap.ts';

test.each([
  ['cant-tell', 23.6, true],
  ['cant-tell', 2, true],
  ['cant-tell', 1.9, false],
  ['cant-tell', -0.67, true],
  ['cant-tell', -0.6, false],
  ['faster', 1, true],
  ['faster', 0.9, false],
  ['slower', -0.5, true],
  ['same', 5, false],
] as const)('%s by %d: %s', (verdict, by, leaps) => expect(isLeap({ verdict, change: { by } })).toBe(leaps));

test('over runs what lies within the usual is none, and what does not is one', () => {
  const floor = { low: -0.5, high: 4 };
  expect(isLeap({ verdict: 'same', change: { by: 3 }, floor })).toBe(false);
  expect(isLeap({ verdict: 'same', change: { by: 5 }, floor })).toBe(true);
});

test.each([
  [23.58, '24.6 times more'],
  [-0.841, '6.3 times less'],
  [199, '200 times more'],
])('%d is %s', (by, words) => expect(describeTimes({ by })).toBe(words));

/** As a flush does that no longer asks the host. */
describe.each([
  ['measured once', [1824], [44_827]],
  ['measured often', [1824, 1800, 1850, 1830, 1790], [44_827, 44_000, 45_000, 44_500, 44_100]],
])('a rate that rises 24 times, %s,', (_how, before, after) => {
  const run = makeMeasuredRun({ base: before, 'patch-1': before, patched: after });
  const comparison = compareKernels(run, { base: 'base', now: 'patched' });

  test('stands first in the comparison, and is no alarm', () => {
    const text = formatComparison(comparison).join('\n');
    expect(text).toMatch(
      /\n1 figure changed several times over: what gets so much better may be work that is no longer done, such as a flush\n. patched\S+ {2}fio\/dax-psync-fsync {2}write\.iops 1\.8\dk IOPS → 44\.\dk IOPS, .*\n {4}24\.\d times more/,
    );
    expect(text).toMatch(/; 1 changed several times over$/);
    expect(text).not.toContain('1 figure faster\n');
    expect(judgeComparison(comparison, run, { whole: false })).toBe(0);
  });

  test('is on the pages, in Markdown, JUnit and annotations', () => {
    const page = [...renderHtml(run, comparison)].join('');
    expect(page).toMatch(
      /<details class="verdict" data-print="" open><summary class="flaky"><span class="word">\S+ 1 figure changed several times over/,
    );
    expect(renderComparePage(comparison)).toContain('1 figure changed several times over');
    expect(renderMarkdown(run, comparison)).toContain('### 1 figure changed several times over');
    expect([...renderJunit(run, { comparison })].join('')).toContain(
      '<property name="pmemrig.leap fio/dax-psync-fsync write.iops"',
    );
    expect(renderAnnotations(run, comparison)).toEqual([
      expect.stringMatching(/^::warning title=leap%3A fio\/dax-psync-fsync in patched/),
    ]);
  });

  test('is in the answer to a series, in its first paragraph, with the first patch', () => {
    const series = compareSeries(run, 'base', STEPS);
    const mail = answerSeries(run, series).replaceAll(/\n\s*/g, ' ');
    expect(mail).toMatch(
      /came out as it does without it\. One figure changed several times over: write\.iops of fio\/dax-psync-fsync on nvdimm, 24\.\d times more\. Please check that it is meant: what gets so much better may be work that is no longer done, such as a flush\./,
    );
    expect(mail).toMatch(
      new RegExp(
        String.raw`fio/dax-psync-fsync in nvdimm/ext4-dax/fio: write\.iops 1\.8\dk IOPS → 44\.\dk IOPS, .* times more\. First with: ${SUBJECTS[1].replaceAll(/[[\]/]/g, String.raw`\$&`)}`,
      ),
    );
  });
});

test('one that falls many times, measured once, is shown as well, without the advice for a gain', () => {
  const run = makeMeasuredRun({ base: [44_827], patched: [1824] });
  const comparison = compareSeries(run, 'base', [{ kernel: 'patched', patch: SUBJECTS[1], files: [] }]);
  const mail = answerSeries(run, comparison).replaceAll(/\n\s*/g, ' ');
  expect(mail).toContain('on nvdimm, 24.6 times less.');
  expect(mail).not.toContain('Please check that it is meant');
  expect(formatComparison(comparison).join('\n')).toMatch(/^1 figure changed several times over$/m);
});

test('one that was reported before is no news again: no annotation, and JUnit has its verdict', () => {
  const run = makeMeasuredRun({
    base: [1824, 1800, 1850, 1830, 1790],
    patched: [44_827, 44_000, 45_000, 44_500, 44_100],
  });
  const whole = compareKernels(run, { base: 'base', now: 'patched' });
  const comparison = { ...whole, figures: whole.figures?.map((figure) => ({ ...figure, told: true as const })) ?? [] };
  expect(renderAnnotations(run, comparison)).toEqual([]);
  expect([...renderJunit(run, { comparison })].join('')).toContain(
    '<property name="pmemrig.faster fio/dax-psync-fsync write.iops"',
  );
});

test('one that got worse for sure is counted once, as an alarm', () => {
  const run = makeMeasuredRun({
    base: [44_827, 44_000, 45_000, 44_500, 44_100],
    patched: [1824, 1800, 1850, 1830, 1790],
  });
  const text = formatComparison(compareKernels(run, { base: 'base', now: 'patched' })).join('\n');
  expect(text).toContain('1 figure slower');
  expect(text).not.toContain('several times over');
});
