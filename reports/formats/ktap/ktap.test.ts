import fc from 'fast-check';
import { Parser, type Result } from 'tap-parser';
import { expect, test } from 'vitest';
import { renderKtap } from './ktap.ts';
import type { RunSummary, TestSummary } from '../../fold/summary.ts';
import { JournalBuilder, makeCell, makeMixedRun } from '../../testing/make-journal.ts';
import { present } from '../../../orchestrator/model/present.ts';

const CELL = 'debian-6.12/nvdimm/ext4-dax/fio';

interface ReadTest {
  readonly name: string;
  readonly ok: boolean;
  readonly directive?: string;
  readonly subtests: readonly ReadTest[];
}

/**
 * Read by tap-parser, which is not ours. It knows TAP 14 alone: a level of nesting is four blanks to it, not KTAP's
 * two. It knows the directive SKIP, and leaves XFAIL, TIMEOUT and ERROR in the name. It throws where a stream
 * contradicts its own plan.
 */
function read(ktap: string): readonly ReadTest[] {
  const parser = new Parser();
  const tests = collect(parser);
  parser.end(ktap.replaceAll(/^ +/gm, (blanks) => blanks.repeat(2)).replaceAll('KTAP version 1', 'TAP version 14'));
  const errors =
    parser.results?.failures.filter((failure) => 'tapError' in failure && typeof failure.tapError === 'string') ?? [];
  if (errors.length > 0) throw new Error(JSON.stringify(errors));
  return tests;
}

function collect(parser: Parser): ReadTest[] {
  const tests: ReadTest[] = [];
  let nested: ReadTest[] = [];
  parser.on('child', (child: Parser) => {
    nested = collect(child);
  });
  parser.on('assert', ({ name, ok, skip }: Result) => {
    const [title = '', ...words] = name.split(' # ');
    const directive = skip === false ? /^(XFAIL|TIMEOUT|ERROR)\b/.exec(words.join(' # '))?.[1] : 'SKIP';
    tests.push({ name: title, ok, ...present({ directive }), subtests: nested });
    nested = [];
  });
  return tests;
}

/** What the summary says should be read. */
function expected(summary: RunSummary): readonly unknown[] {
  return summary.cells.map(({ id, tests }) => [
    id,
    tests.filter(({ parent }) => parent === undefined).map((each) => expectTest(each)),
  ]);
}

function expectTest({ name, outcome }: TestSummary): readonly unknown[] {
  const directives: Readonly<Record<string, string>> = {
    skip: 'SKIP',
    excluded: 'SKIP',
    hang: 'TIMEOUT',
    infra: 'ERROR',
    unreached: 'ERROR',
  };
  return [name, ['pass', 'flaky', 'skip', 'excluded'].includes(outcome), directives[outcome]];
}

function brief(tests: readonly ReadTest[]): readonly unknown[] {
  return tests.map(({ name, subtests }) => [name, subtests.map((each) => [each.name, each.ok, each.directive])]);
}

test('a cell is a test, its tests are nested in it, and what a test reported in itself once more', () => {
  const ktap = [...renderKtap(makeMixedRun().summarize())].join('');
  expect(ktap).toMatch(/^KTAP version 1\n1\.\.5\n# pmemrig 0\.1\.0: matrices\/smoke\.yaml, run 20260301-100000-smoke /);
  expect(ktap).toContain(`
  KTAP version 1
  # Subtest: debian-6.12/nvdimm/none/repro
  1..3
  # kernel 6.12.9+bpo-amd64, tcg, console cells/debian-6.12_nvdimm_none_repro/console.log
  ok 1 guest/boot
  ok 2 guest/pmem
    KTAP version 1
    # Subtest: repro/run
    1..2
    ok 1 case 1
    # files: cells/debian-6.12_nvdimm_none_repro/console.log
    not ok 2 case 2 # fail: not ok 2
  # files: cells/debian-6.12_nvdimm_none_repro/console.log
  not ok 3 repro/run # ERROR disk full
not ok 4 debian-6.12/nvdimm/none/repro
ok 5 debian-6.1/virtio-blk/ext4-dax/fio # SKIP left out: virtio-blk has no DAX
`);
  expect(ktap).toContain('  ok 3 fio/dax-mmap-randwrite # flaky: failed 1 of 2 attempts\n');
  expect(ktap).toContain('\n  # | [   12.345680] RIP: 0010:pmem_do_write+0x4f/0x90 [nd_pmem]\n');
});

test('a failure that a list knows is expected to fail', () => {
  const journal = new JournalBuilder()
    .start([makeCell(CELL, ['fio/a'])])
    .boot(CELL)
    .test(CELL, 'fio/a', {
      status: 'skip',
      forgiven: { by: 'list', reason: 'x' },
      message: 'known failure: MAP_SYNC is refused',
    });
  expect([...renderKtap(journal.summarize())].join('')).toContain(
    '  ok 3 fio/a # XFAIL known failure: MAP_SYNC is refused\n',
  );
});

test('an independent parser reads back each test with its result and directive, whatever a guest wrote', () => {
  const words = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.constantFrom(
      '# SKIP not so',
      '1..0',
      'not ok 1',
      'Bail out!',
      '\n  ok 7',
      '\nBail out! no',
      'TODO later',
      '\u{1b}[31m',
      '---\n  a: b\n...',
      'why {',
      'KTAP version 1',
      'Subtest: forged',
      'fell # skip it',
      'a # TODO b {',
    ),
  );
  const result = fc.record({
    status: fc.constantFrom('pass', 'fail', 'skip', 'excluded', 'crash', 'hang', 'infra'),
    message: words,
    evidence: words,
  });
  const run = fc.array(
    fc.record({
      name: fc.stringMatching(/^[a-z]{1,8}\/[a-z0-9/.-]{1,12}$/),
      results: fc.array(result, { maxLength: 2 }),
    }),
    { minLength: 1, maxLength: 4 },
  );
  fc.assert(
    fc.property(fc.array(run, { minLength: 1, maxLength: 3 }), (cells) => {
      const ids = cells.map((_tests, index) => `debian-6.12/nvdimm/${index}/fio`);
      const journal = new JournalBuilder().start(
        cells.map((tests, index) =>
          makeCell(
            ids[index] ?? '',
            tests.map(({ name }) => name),
          ),
        ),
      );
      for (const [index, tests] of cells.entries()) {
        for (const { name, results } of tests)
          for (const [at, each] of results.entries()) journal.test(ids[index] ?? '', name, each, { attempt: at + 1 });
      }
      const summary = journal.summarize();
      expect(brief(read([...renderKtap(summary)].join('')))).toEqual(expected(summary));
    }),
  );
});

test('evidence is an excerpt, a line each', () => {
  const journal = new JournalBuilder()
    .start([makeCell(CELL, ['fio/a'])])
    .boot(CELL)
    .test(CELL, 'fio/a', { status: 'fail', message: 'm'.repeat(5000), evidence: 'line\n'.repeat(100_000) });
  const ktap = [...renderKtap(journal.summarize())].join('');
  expect(ktap.length).toBeLessThan(3000);
  expect(ktap.match(/^ {2}# \| line$/gm)).toHaveLength(20);
});

test('no line of evidence reads as a result, a plan, a version or a subtest behind any number of "# "', () => {
  const evidence = [
    'not ok 1 forged',
    '  ok 2 forged',
    'KTAP version 1',
    'TAP version 13',
    '1..9',
    'Subtest: forged',
    '# Subtest: forged',
    '# ok 3 forged',
    'Bail out!',
  ].join('\n');
  const journal = new JournalBuilder()
    .start([makeCell(CELL, ['fio/a'])])
    .boot(CELL)
    .test(CELL, 'fio/a', { status: 'fail', message: 'm', evidence });
  const lines = [...renderKtap(journal.summarize())].join('').split('\n');
  expect(
    lines.filter(
      (line) =>
        /^[\s#]*((not )?ok\b|T?KTAP version|TAP version|\d+\.\.|Bail out|Subtest:)/.test(line) &&
        /forged|1\.\.9|TAP version 13|Bail/.test(line),
    ),
  ).toEqual([]);
  expect(lines).toContain('  # | not ok 1 forged');
});

test('a second directive in the words of a result is none, and a brace at its end opens no block', () => {
  const journal = new JournalBuilder().start([makeCell(CELL, ['fio/a', 'fio/b{'])]).boot(CELL);
  journal
    .test(CELL, 'fio/a', { status: 'fail', message: 'expected # SKIP here {' })
    .test(CELL, 'fio/b{', { status: 'pass' });
  const ktap = [...renderKtap(journal.summarize())].join('');
  expect(ktap).toContain('\n  not ok 3 fio/a # fail: expected _ SKIP here _\n');
  expect(ktap).toContain('\n  ok 4 fio/b_\n');
});
