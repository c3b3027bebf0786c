import fc from 'fast-check';
import { XMLParser } from 'fast-xml-parser';
import { describe, expect, test } from 'vitest';
import type { HistoryLine } from '../history/query-history.ts';
import type { HistoryFigure } from '../history/query-metrics.ts';
import { JournalBuilder, makeCell } from '../testing/make-journal.ts';
import { RunFold } from '../fold/fold.ts';
import { compareRuns } from '../verdicts/compare-runs.ts';
import { renderChoosePage } from './pages/choose-page.ts';
import { renderComparePage } from './pages/compare-page.ts';
import { renderEvidencePage } from './pages/evidence-page.ts';
import { renderFilesPage } from './pages/files-page.ts';
import { renderProgress } from './pages/live-panel.ts';
import { renderMessagePage } from './pages/message-page.ts';
import { renderMetricPage } from './pages/metric-page.ts';
import { type ListedRun, renderRunsPage } from './pages/runs-page.ts';
import { renderTestPage } from './pages/test-page.ts';
import { renderTestsPage } from './pages/tests-page.ts';

/** Every page, with `text` wherever a journal, a file name or an address can put it. */
const PAGES: Readonly<Record<string, (text: string) => string>> = {
  runs: (text) =>
    renderRunsPage({
      runsDir: text,
      runs: [listed(text), { ...listed(text), isGone: true, state: 'cut-off' }],
      last: 1,
      matrix: text,
      leftOut: [text],
    }),
  'no runs': (text) => renderRunsPage({ runsDir: text, runs: [], last: 1, matrix: text, leftOut: [] }),
  choose: (text) => renderChoosePage([listed(text), listed('other')], { base: '', run: text }),
  test: (text) =>
    renderTestPage({
      test: text,
      cell: text,
      last: 30,
      lines: [line(text), line(text)],
      figures: [figure(text), figure(text)],
      isThere: () => true,
    }),
  tests: (text) => renderTestsPage({ rates: [{ test: text, cells: 1, of: 2, failed: 1 }], search: text, last: 30 }),
  metric: (text) =>
    renderMetricPage({
      test: text,
      name: text,
      cell: text,
      last: 30,
      figures: [figure(text), figure(text)],
      names: [text, 'other'],
      isThere: () => false,
    }),
  compare: (text) => renderComparePage(compareRuns(failing('none').summarize(), failing(text).summarize(), () => [])),
  evidence: (text) => {
    const summary = failing(text).summarize();
    const cell = summary.cells.find(({ tests }) => tests.some(({ name }) => name === 'fio/a'));
    const found = cell?.tests.find(({ name }) => name === 'fio/a');
    if (!cell || !found) throw new Error('the made-up run has no fio/a');
    return renderEvidencePage({ ...summary, runId: text, host: text }, { ...cell, id: text }, { ...found, name: text });
  },
  progress: (text) => {
    const fold = new RunFold();
    for (const event of failing(text)
      .add({ type: 'stage', stage: text, detail: text, status: 'start' })
      .add({ type: 'test-start', cell: CELL, test: text, attempt: 1 }).events)
      fold.apply(event);
    return `<main id="main">${renderProgress(text, fold, Date.parse('2026-03-01T11:00:00.000Z')).markup}</main>`;
  },
  files: (text) =>
    renderFilesPage(text, 'a/b', [
      { name: text, isFolder: false, sizeBytes: 1 },
      { name: text, isFolder: true, sizeBytes: 1 },
    ]),
  message: (text) => renderMessagePage(text, text, text),
};

const CELL = 'debian-6.12/nvdimm/ext4-dax/fio';

function listed(text: string): ListedRun {
  return {
    runId: text,
    matrix: text,
    startedAt: '2026-03-01T10:00:00.000Z',
    totals: { pass: 3, fail: 1, skip: 2 },
    known: 1,
    state: 'running',
    marks: [text],
    comparison: { alarms: 2, isUnknown: false },
    isGone: false,
  };
}

function line(text: string): HistoryLine {
  return {
    run: { runId: text, startedAt: '2026-03-01T10:00:00.000Z', kernelRelease: text },
    matrix: text,
    cell: text,
    test: text,
    outcome: 'fail',
    forgiven: false,
    attempts: 2,
    failed: 2,
    durationMs: 10,
    message: text,
  };
}

function lineOf(day: number, release: string): HistoryLine {
  return {
    ...line('x'),
    run: { runId: `r${day}`, startedAt: `2026-03-0${day}T10:00:00.000Z`, kernelRelease: release },
  };
}

function figure(text: string): HistoryFigure {
  return {
    run: { runId: text, startedAt: '2026-03-01T10:00:00.000Z', kernelRelease: text },
    matrix: text,
    host: text,
    cell: text,
    name: text,
    value: 3,
    unit: 'iops',
    better: 'higher',
  };
}

function failing(text: string): JournalBuilder {
  return new JournalBuilder()
    .start([makeCell(CELL, ['fio/a'])])
    .boot(CELL, text)
    .test(CELL, 'fio/a', {
      status: 'fail',
      message: text,
      evidence: text,
      artifacts: [text],
      metrics: [{ name: text, value: 1, unit: 'iops', better: 'higher' }],
    });
}

/** The names of all elements, in order, with those of their attributes. */
function shape(page: string): string[] {
  return Array.from(
    page.matchAll(/<(\/?[a-z!][\w-]*)((?:\s+[\w-]+(?:="[^"]*")?)*)/gi),
    ([, name = '', attributes = '']) =>
      [name, ...Array.from(attributes.matchAll(/([\w-]+)(?:="[^"]*")?/g), ([, attribute]) => attribute)].join(' '),
  );
}

describe.each(Object.entries(PAGES))('the page %s', (_, render) => {
  test('never makes markup of a text', () => {
    const hostile = fc
      .array(
        fc.constantFrom(
          '<script>',
          '</pre>',
          '"',
          "'",
          '&lt;',
          '<!--',
          '\u{1b}[0m',
          '\0',
          '\ud800',
          'x',
          '</style>',
          ' onload=',
          '?',
          '#',
          '%',
        ),
        { minLength: 1, maxLength: 6 },
      )
      .map((parts) => `x${parts.join('')}`);
    const expected = shape(render('xy'));
    fc.assert(
      fc.property(hostile, (text) => {
        expect(shape(render(text))).toEqual(expected);
      }),
    );
  });

  test('is well-formed, and runs and links nothing of elsewhere', () => {
    const page = render('xy');
    const body = page
      .slice(page.indexOf('<main'))
      .replace('</body></html>', '')
      .replaceAll(/ (open|checked|selected)(?=[\s>])/g, '')
      .replaceAll(/<(input|br)([^>]*)>/g, '<$1$2/>');
    expect(() => new XMLParser().parse(body, true)).not.toThrow();
    expect(page).not.toMatch(/(?:href|src|action)="(?:https?:|\/\/|javascript:)| style="| on\w+="/);
  });
});

test('all that is left out of a long list is reported', () => {
  const rates = Array.from({ length: 250 }, (_, index) => ({ test: `fio/${index}`, cells: 1, of: 3, failed: 0 }));
  expect(renderTestsPage({ rates, search: '', last: 30 })).toContain('… and 50 more tests');
  const runs = Array.from({ length: 40 }, (_, index) => ({
    ...listed(`20260301-100000-smoke-${index}`),
    matrix: 'nightly',
  }));
  expect(renderRunsPage({ runsDir: '/x', runs, last: 30, leftOut: [] })).toContain('/?matrix=nightly&amp;last=40');
});

test('how a run ended is said in words', () => {
  const runs = (['running', 'user', 'interrupted', 'finished'] as const).map((state) =>
    Object.assign(listed('r'), { state }),
  );
  const page = renderRunsPage({ runsDir: '/x', runs, last: 30, leftOut: [] });
  expect(Array.from(page.matchAll(/<span class="word">([^<]*)</g), ([, word]) => word)).toEqual([
    'bad input',
    'interrupted',
  ]);
});

test('a run that ended before it compared is not shown as "nothing worse"', () => {
  const [none, some, alarm] = [
    { alarms: 0, isUnknown: true },
    { alarms: 0, isUnknown: false },
    { alarms: 1, isUnknown: false },
  ];
  const runs = [
    ...[none, some, alarm].map((comparison) => ({ state: 'interrupted' as const, comparison })),
    ...[none, some].map((comparison) => ({ state: 'finished' as const, comparison })),
    { state: 'running' as const, comparison: none },
  ].map((run) => Object.assign(listed('r'), run));
  const cells = Array.from(
    renderRunsPage({ runsDir: '/x', runs, last: 30, leftOut: [] }).matchAll(/<\/time><\/td>.*?<\/td><td>(.*?)<\/td>/g),
    ([, cell = '']) => cell.replaceAll(/<[^>]*>/g, ''),
  );
  expect(cells).toEqual([
    'ended before it compared',
    'nothing worse so far',
    '1 alarm',
    'every verdict is unknown',
    'nothing worse',
    'nothing compared yet',
  ]);
});

test('a new kernel is marked in the strip', () => {
  const page = renderTestPage({
    test: 'a/b',
    last: 30,
    lines: [lineOf(3, '6.12.2'), lineOf(2, '6.12.1'), lineOf(1, '6.12.1')],
    figures: [],
    isThere: () => true,
  });
  expect(page.match(/<li class="fail kernel"/g)).toHaveLength(1);
  expect(page).toContain('6.12.2 (new)');
});
