import { createHash } from 'node:crypto';
import { Script } from 'node:vm';
import fc from 'fast-check';
import { XMLParser } from 'fast-xml-parser';
import { expect, test } from 'vitest';
import { JournalBuilder, makeCell, makeMixedRun } from '../../testing/make-journal.ts';
import { pageScript } from './page-script.ts';
import { renderHtml } from './page.ts';

const CELL = 'debian-6.12/nvdimm/ext4-dax/fio';

function pageOf(journal: JournalBuilder): string {
  return [...renderHtml(journal.summarize())].join('');
}

/** The names of all elements, in order. */
function tags(page: string): string[] {
  return Array.from(page.matchAll(/<(\/?[a-z!][\w-]*)/gi), ([, name = '']) => name.toLowerCase());
}

/** The elements of a page in which a guest's text stands wherever it can. */
function shape(text: string): string[] {
  const journal = new JournalBuilder()
    .start([makeCell(CELL, ['fio/a'])], [{ id: text, reason: text }])
    .add({ type: 'note', text });
  return tags(
    pageOf(journal.test(CELL, 'fio/a', { status: 'fail', message: text, evidence: text, artifacts: [text] })),
  );
}

test('the page shows totals, every cell and what failed', () => {
  const page = pageOf(makeMixedRun());
  for (const text of [
    '1 crash',
    'debian-6.12/virtio-pmem/xfs-dax/fio',
    'RIP: 0010:pmem_do_write',
    '48.2k IOPS',
    'virtio-blk has no DAX',
    'guest 3 was lost (panic): Fatal exception',
  ])
    expect(page).toContain(text);
});

const pageWith = (template?: string): string =>
  pageOf(new JournalBuilder().start([makeCell(CELL, ['fio/a'])]).boot(CELL, '6.12', template));

test('the page says of a guest whether it was booted or forked', () => {
  expect(pageWith()).toContain('Linux 6.12, tcg, booted in 7.4s.');
  expect(pageWith('96eb7a45165210c4')).toContain('Linux 6.12, tcg, forked in 7.4s.');
});

test('a running run is not shown as unknown', () => {
  const journal = new JournalBuilder().start([makeCell(CELL, ['fio/a'])]).test(CELL, 'guest/boot', { status: 'pass' });
  expect(pageOf(journal)).toContain('Nothing failed so far; 2 tests are not reached');
  expect(pageOf(journal.add({ type: 'run-end', reason: 'finished' }))).toContain(
    'Nothing failed, but 2 tests have no result',
  );
});

test('the page shows where the time went', () => {
  const page = pageOf(makeMixedRun());
  expect(page).toContain('<h2 id="time">Time</h2>');
  expect(page).toMatch(/<th scope="row">guest\/pmem<\/th>(?:<td class="num">[\d.]*[^<]*<\/td>){6}/);
});

test('the page fetches nothing and runs its own script alone', () => {
  const page = pageOf(makeMixedRun());
  const [, script = ''] = /<script>([^]*?)<\/script>/.exec(page) ?? [];
  const hash = createHash('sha256').update(script).digest('base64');
  expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${hash}'"`);
  expect(page.match(/<script/g)).toHaveLength(1);
  expect(page).not.toMatch(/<link|<img|src=|https?:|@import|url\(/);
});

test('the script is one scope, without an import or export left', () => {
  const { code } = pageScript();
  expect(() => new Script(code)).not.toThrow();
  expect(code).not.toMatch(/^(?:import|export) |<\/script/m);
});

test('links stay in the run folder, whatever an artifact is called', () => {
  const page = pageOf(
    new JournalBuilder()
      .start([makeCell(CELL, ['fio/a'])])
      .test(CELL, 'fio/a', { status: 'pass', artifacts: ['javascript:alert(1)', '//evil/x', 'a b#?.log'] }),
  );
  expect(Array.from(page.matchAll(/href="(\.[^"]*)"/g), ([, href]) => href)).toEqual([
    './javascript%3Aalert(1)',
    './//evil/x',
    './a%20b%23%3F.log',
  ]);
});

test('no text of a guest becomes markup', () => {
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
        '\n',
      ),
      { minLength: 1 },
    )
    .map((parts) => parts.join(''));
  const expected = shape('x');
  fc.assert(
    fc.property(hostile, (text) => {
      expect(shape(text)).toEqual(expected);
    }),
  );
});

test('a failure that a list knows is counted, marked and found apart from what did not run', () => {
  const journal = new JournalBuilder().start([makeCell(CELL, ['fio/a', 'fio/b'])]).test(CELL, 'fio/a', {
    status: 'skip',
    forgiven: { by: 'list', reason: 'x' },
    message: 'known failure: maps files with MAP_SYNC; it said: EIO',
  });
  const page = pageOf(journal.test(CELL, 'fio/b', { status: 'skip', message: 'no libpmem' }));
  expect(page).toContain(
    '<a class="chip flaky" href="#outcome=known">≈ 1 known</a> <a class="chip skip" href="#outcome=skip">- 1 skip</a>',
  );
  expect(page).toContain('data-o="known"');
  expect(page).toContain('<option value="known">known (1)</option><option value="skip">skip (1)</option>');
});

test('its body is well-formed', () => {
  const body = pageOf(makeMixedRun())
    .replace(/^[^]*<body>/, '<body>')
    .replace('</html>', '')
    .replaceAll(' open>', '>');
  expect(() => new XMLParser().parse(body, true)).not.toThrow();
});
