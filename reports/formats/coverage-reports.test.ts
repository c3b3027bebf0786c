import { describe, expect, test } from 'vitest';
import { renderCoverageCsv } from './csv/coverage-csv.ts';
import { surveyCoverage } from '../facts/coverage-groups.ts';
import { nameTests, summarizeCoverage } from '../facts/describe-coverage.ts';
import { renderHtml } from './html/page.ts';
import { renderMarkdown } from './markdown/summary-markdown.ts';
import { formatFinalReport } from './terminal/final-report.ts';
import { makeQuickRun } from '../testing/make-coverage.ts';
import { JournalBuilder, makeCell } from '../testing/make-journal.ts';

const CELLS = ['k/nvdimm/ext4/fio', 'k/virtio-pmem/ext4/fio', 'k/e820/ext4/fio', 'k/nvdimm/xfs/fio'];
const quick = makeQuickRun().summarize();

/** A smoke run: one job has no engine anywhere. */
function makeSmokeRun(message: string | undefined): JournalBuilder {
  const journal = new JournalBuilder().start(CELLS.map((cell) => makeCell(cell, ['fio/a', 'fio/libpmem'])));
  for (const cell of CELLS) {
    for (const name of ['guest/boot', 'guest/pmem', 'fio/a']) journal.test(cell, name, { status: 'pass' });
    journal.test(cell, 'fio/libpmem', message === undefined ? { status: 'pass' } : { status: 'skip', message });
  }
  return journal;
}

function linesOf(journal: JournalBuilder): readonly string[] {
  return summarizeCoverage(surveyCoverage(journal.summarize()));
}

describe('a run in which nothing is lost', () => {
  const summary = makeSmokeRun(undefined).summarize();

  test('says nothing of coverage', () => {
    expect(renderMarkdown(summary)).not.toContain('Coverage');
    expect([...renderHtml(summary)].join('')).not.toContain('>Coverage</h2>');
    expect(formatFinalReport(summary, '/r').filter((line) => line.includes('ran'))).toEqual([]);
  });

  test('has its rows in coverage.csv all the same', () => {
    expect([...renderCoverageCsv(summary)].join('').split('\r\n').slice(0, 2)).toEqual([
      'test,coverage,ran,outcome,kernel,image,pmem,filesystem,suite,cell,reason',
      'fio/a,all,yes,pass,k,bookworm,nvdimm,ext4,fio,k/nvdimm/ext4/fio,',
    ]);
  });
});

test('four skips of one test are one line', () => {
  const journal = makeSmokeRun("the guest's fio lacks the engine: libpmem");
  expect(linesOf(journal)).toEqual([
    "1 of 2 tests ran nowhere: fio/libpmem (skip: the guest's fio lacks the engine: libpmem)",
  ]);
  const markdown = renderMarkdown(journal.summarize());
  expect(markdown.match(/libpmem/g)).toHaveLength(2);
  expect(markdown).not.toContain('## Skipped');
});

test('the terminal has a line for what ran nowhere and one for what ran on some legs, just before the totals', () => {
  const lines = formatFinalReport(quick, '/r');
  const at = lines.findIndex((line) => line.includes('ran nowhere'));
  expect(lines.slice(at, at + 2)).toEqual([
    '- 3 of 111 tests ran nowhere, 2 of them for the same reason (skip: This test requires at least 4 GB on /mnt/scratch to run)',
    '- 106 of 111 tests ran on some legs only, all for the same reason (skip: Cannot use flakey devices on DAX capable block devices.)',
  ]);
  expect(lines[at + 2]).toContain('tests in 4 cells');
});

test('summary.md names the tests, where they are lost and where they ran', () => {
  const markdown = renderMarkdown(quick);
  expect(markdown).toContain(
    '## Coverage\n\nOf 111 tests 3 ran nowhere and 106 ran on some legs only. Each test in each cell: `coverage.csv`.\n\n**Ran nowhere**\n\n- 2 tests, `skip: This test requires',
  );
  expect(markdown).toContain(
    '- 106 tests, `skip: Cannot use flakey devices on DAX capable block devices.`\n  - `xfstests/generic/{001,002,003,',
  );
  expect(markdown).toContain(
    ',105,106}`\n  - not on `debian-6.12/nvdimm/ext4-dax, debian-6.12/nvdimm/xfs-dax, debian-6.12/virtio-pmem/xfs-dax`\n  - ran on `debian-6.12/virtio-blk/ext4`\n',
  );
  expect(markdown).toContain(
    '## Known failures\n\n- `xfstests/generic/470` in `debian-6.12/virtio-pmem/xfs-dax/xfstests`',
  );
});

test('the page has an entry a reason and links to the list', () => {
  const page = [...renderHtml(quick)].join('');
  expect(page).toContain('<a href="./coverage.csv">coverage.csv</a>');
  expect(page.match(/<details class="gap"><summary class="skip">/g)).toHaveLength(3);
  expect(page).toContain('<p>Ran on <span class="mono">debian-6.12/virtio-blk/ext4</span></p>');
});

test('many tests with as many reasons stay a short section, of a page as of a mail', () => {
  const names = Array.from({ length: 1000 }, (_, index) => `s/${'x'.repeat(50)}/${index}`);
  const journal = new JournalBuilder().start([makeCell('k/nvdimm/ext4/s', names)]);
  for (const name of names)
    journal.test('k/nvdimm/ext4/s', name, { status: 'skip', message: `${name} ${'y'.repeat(400)}` });
  const summary = journal.summarize();
  const section = /## Coverage[^]*?\n## /.exec(renderMarkdown(summary))?.[0] ?? '';
  expect(section).toContain('- … and for 980 other reasons, see coverage.csv');
  expect(section.length).toBeLessThan(12_000);
  const page = />Coverage<\/h2>[^]*?<h2 /.exec([...renderHtml(summary)].join(''))?.[0] ?? '';
  expect(page).toContain('900 other reasons');
  expect(page.length).toBeLessThan(120_000);
});

test('names of one folder share it, those in words stand alone, and what does not fit is counted', () => {
  expect(nameTests(['x/generic/019', 'x/generic/034', 'x/ext4/047', 'r/run/case 1, {b}'])).toBe(
    'x/generic/{019,034}, x/ext4/047, r/run/case 1, {b}',
  );
  expect(
    nameTests(
      Array.from({ length: 1000 }, (_, index) => `x/generic/${index}`),
      60,
    ),
  ).toBe('x/generic/{0,1,2,3,4,5,6,7,8,9,10,11,12,13,14}, and 985 more');
});

test('no word of a guest ends its span, becomes markup or a spreadsheet’s formula', () => {
  const evil = '=cmd|"`<script>alert(1)</script>\u{1b}[31m\n# x';
  const summary = makeSmokeRun(evil).summarize();
  const section = /## Coverage[^]*?\n## /.exec(renderMarkdown(summary))?.[0];
  expect(section).toContain('- 1 test, ``skip: =cmd|"`<script>alert(1)</script> # x``\n');
  expect([...renderHtml(summary)].join('').match(/<script/g)).toHaveLength(1);
  expect([...renderCoverageCsv(summary)].join('')).toContain(
    `,k/nvdimm/ext4/fio,"'=cmd|""\`<script>alert(1)</script> # x"\r\n`,
  );
  // oxlint-disable-next-line no-control-regex -- what must not be there
  expect(formatFinalReport(summary, '/r').join('')).not.toMatch(/[\u0000-\u001f]/);
});

test('coverage.csv says of each test in each cell whether it ran, and if not why', () => {
  const rows = [...renderCoverageCsv(quick)].join('').trimEnd().split('\r\n');
  expect(rows).toHaveLength(1 + 4 * 110);
  const rowOf = (test: string, leg: string): string | undefined =>
    rows.find((row) => row.startsWith(`${test},`) && row.includes(leg));
  expect(rowOf('xfstests/generic/001', 'virtio-blk')).toBe(
    'xfstests/generic/001,some,yes,pass,debian-6.12,bookworm,virtio-blk,ext4,xfstests,debian-6.12/virtio-blk/ext4/xfstests,',
  );
  expect(rowOf('xfstests/ext4/047', 'nvdimm')).toContain(`,none,no,skip,`);
  expect(rowOf('xfstests/generic/470', 'virtio-pmem')).toMatch(/,all,yes,skip,.*,"known failure: maps files/);
});
