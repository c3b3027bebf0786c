import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { renderHtml } from '../formats/html/page.ts';
import { renderJunit } from '../formats/junit/junit.ts';
import { renderMarkdown } from '../formats/markdown/summary-markdown.ts';
import type { AttemptStatus } from '../../orchestrator/model/outcome.ts';
import { JournalBuilder } from '../testing/make-journal.ts';
import type { RunSummary } from '../fold/summary.ts';
import { compareRuns } from './compare-runs.ts';
import { isAlarm } from './compared-test.ts';
import { readComparison, writeComparison } from './comparison-file.ts';
import { formatComparison } from '../formats/terminal/comparison-text.ts';
import { judgeComparison } from './judge-comparison.ts';
import type { PastTest } from '../fold/past-test.ts';

const CELL = 'debian-6.12/nvdimm/none/fio';

/** A run whose cell has these tests; an empty status is never reached. */
function run(runId: string, day: number, tests: Readonly<Record<string, AttemptStatus | ''>>, cell = CELL): RunSummary {
  const planned = {
    id: cell,
    kernel: 'debian-6.12',
    image: 'bookworm',
    pmem: 'nvdimm',
    filesystem: 'none',
    suite: 'fio',
    tests: Object.keys(tests).map((name) => ({ name, estimateSec: 1 })),
  };
  const journal = new JournalBuilder().start([planned]).boot(cell, `6.12.${day}`);
  for (const [name, status] of Object.entries(tests))
    if (status !== '')
      journal.test(cell, name, {
        status,
        ...(status !== 'pass' && { message: `it said ${status}`, evidence: `words of ${name}\n\nand more` }),
      });
  journal.add({ type: 'run-end', reason: 'finished' });
  return { ...journal.summarize(), runId, startedAt: `2026-03-0${day}T10:00:00.000Z` };
}

const base = run('base', 1, { a: 'pass', b: 'fail', c: 'pass', d: 'pass', e: 'fail', g: 'pass', i: 'pass' });
const now = run('now', 3, { a: 'fail', b: 'pass', c: 'skip', e: 'fail', f: 'crash', g: 'pass', h: 'pass', i: '' });

describe('two runs of one matrix', () => {
  const comparison = compareRuns(base, now, () => []);

  test('each test has one verdict, the alarms first', () => {
    expect(
      comparison.tests.map(
        ({ test: name, verdict, base: was, now: is }) => `${name} ${verdict} ${was ?? '-'} ${is ?? '-'}`,
      ),
    ).toEqual([
      'a new-failure pass fail',
      'd missing pass -',
      'c newly-skipped pass skip',
      'b fixed fail pass',
      'f new-test - crash',
      'h new-test - pass',
      'i unknown pass unreached',
      'e known-failure fail fail',
      'g still-passing pass pass',
    ]);
    expect(comparison.tests.filter(isAlarm).map(({ test: name }) => name)).toEqual(['a', 'd', 'c', 'f']);
    expect(comparison.totals).toMatchObject({ 'new-failure': 1, 'new-test': 2, 'still-passing': 1 });
  });

  test('the terminal shows what differs, with why to believe it, and counts the rest', () => {
    const lines = formatComparison(comparison);
    expect(lines.slice(0, 8)).toEqual([
      'base base  debian-6.12 6.12.1',
      'now  now  debian-6.12 6.12.3',
      '',
      'new-failure (1)',
      `✗ ${CELL}  a  pass → fail  it said fail`,
      '    failed in 0 of the 1 run before; last good in base (6.12.1)',
      '    │ words of a',
      '    │ and more',
    ]);
    expect(lines.join('\n')).toContain(`- ${CELL}  f  absent → crash`);
    expect(lines.join('\n')).not.toMatch(/ [gh] /);
    expect(lines.at(-1)).toBe(
      '1 new-failure, 1 missing, 1 newly-skipped, 1 fixed, 2 new-test, 1 unknown, 1 known-failure, 1 still-passing',
    );
  });
});

describe('tests that fail of the same report of the kernel', () => {
  const SIGNATURE = 'lockdep-circular: &a';
  const lines = ['WARNING: possible circular locking dependency', '  lock_acquire+0x1/0x2'];
  const failing = (names: readonly string[], own: Readonly<Record<string, string>> = {}): RunSummary => {
    const journal = new JournalBuilder()
      .start([
        {
          id: CELL,
          kernel: 'debian-6.12',
          image: 'bookworm',
          pmem: 'nvdimm',
          filesystem: 'none',
          suite: 'fio',
          tests: names.map((name) => ({ name, estimateSec: 1 })),
        },
      ])
      .boot(CELL, '6.12.3');
    for (const name of names) {
      journal.add({
        type: 'problem',
        cell: CELL,
        test: name,
        attempt: 1,
        guest: 1,
        during: 'test',
        problem: {
          kind: 'lockdep-circular',
          title: lines[0] ?? '',
          signature: SIGNATURE,
          lines,
          truncated: false,
          fatal: false,
          blame: 'kernel',
        },
      });
      journal.test(CELL, name, {
        status: 'fail',
        message: 'the kernel reported: WARNING',
        evidence: [...(own[name] === undefined ? [] : [own[name]]), ...lines].join('\n'),
      });
    }
    return {
      ...journal.add({ type: 'run-end', reason: 'finished' }).summarize(),
      runId: 'now',
      startedAt: '2026-03-03T10:00:00.000Z',
    };
  };
  const after = failing(['a', 'c', 'd']);
  const comparison = compareRuns(base, after, () => []);

  test('carry its signature', () => {
    expect(
      comparison.tests
        .filter(({ verdict }) => verdict === 'new-failure')
        .map(({ test: name, signatures }) => [name, signatures]),
    ).toEqual([
      ['a', [SIGNATURE]],
      ['c', [SIGNATURE]],
      ['d', [SIGNATURE]],
    ]);
  });

  test('are not alike if one of them has more to say', () => {
    const own = failing(['a', 'c'], { c: 'of its own' });
    const text = formatComparison(compareRuns(base, own, () => [])).join('\n');
    expect(text).toContain('│ of its own');
    expect(text).not.toContain('as in');
  });

  test('are shown by it once, in the terminal, in Markdown and on the page', () => {
    const text = formatComparison(comparison).join('\n');
    expect(text.match(/│ WARNING: possible/g)).toHaveLength(1);
    expect(text).toContain('    │   lock_acquire+0x1/0x2');
    expect(text).toContain(`✗ ${CELL}  d  pass → fail  as in a; failed in 0 of the 1 run before`);
    const since = /## Since[\s\S]*?\n## /.exec(renderMarkdown(after, comparison))?.[0] ?? '';
    expect(since.match(/WARNING: possible/g)).toHaveLength(1);
    expect(since.match(/; as in `a`/g)).toHaveLength(2);
    expect([...renderHtml(after, comparison)].join('')).toMatch(
      /<b>3 tests<\/b> <span class="faint">debian[\s\S]*?<pre>WARNING: possible/,
    );
  });
});

describe('the reports of a run that has a baseline', () => {
  const comparison = compareRuns(base, now, () => []);

  test('summary.md opens with what got worse, in code what a guest may have written', () => {
    const text = renderMarkdown(now, comparison);
    expect(text).toContain('## Since `base`: 1 new-failure, 1 missing, 1 newly-skipped, 1 fixed, 2 new-test');
    expect(text).toContain(
      `- \`a\` in \`${CELL}\`: pass → fail, failed in 0 of the 1 run before; last good in base (6.12.1): \`it said fail\``,
    );
    expect(text.indexOf('## Since')).toBeLessThan(text.indexOf('## To look at'));
    expect(renderMarkdown(now)).not.toContain('## Since');
  });

  test('report.html has the news as its heading and the alarms open, with links to their tests', () => {
    const page = [...renderHtml(now, comparison)].join('');
    expect(page).toContain('<h2 id="since">Since base</h2>');
    expect(page).toMatch(
      /<details class="verdict" data-print="" open><summary class="fail"><span class="word">✗ 1 new-failure/,
    );
    expect(page).toContain(
      `✗ pass → fail</span> <a href="#cell-0-0"><code>a</code></a> <span class="faint">${CELL}</span>`,
    );
    expect(page).toContain('<p class="faint">last good in base (6.12.1); failed in 0 of the 1 run before</p>');
    expect(page).toMatch(/<h1 class="fail">.*1 new failure, 1 test missing, 1 newly skipped, 1 new test failed/);
  });

  test('junit.xml has verdict and failure rate as properties of each test', () => {
    const xml = [...renderJunit(now, { comparison })].join('');
    expect(xml).toContain('<property name="pmemrig.baseline" value="base"/>');
    expect(xml).toMatch(
      /<property name="pmemrig.verdict a" value="new-failure"\/>\s*<property name="pmemrig.failure-rate a" value="0\/1"\/>/,
    );
    expect(xml).toMatch(
      /name="a"[^>]*>(?:(?!<\/testcase>)[^])*\[\[PROPERTY\|pmemrig.verdict=new-failure\]\]\s*\[\[PROPERTY\|pmemrig.failure-rate=0\/1\]\]/,
    );
  });

  test('the verdicts are kept beside the journal, and read back as they were', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'pmemrig-comparison-'));
    try {
      await writeComparison(dir, comparison);
      expect(await readComparison(dir)).toEqual(comparison);
      const path = join(dir, 'comparison.json');
      writeFileSync(path, readFileSync(path, 'utf8').replace('"version": 2', '"version": 3'));
      expect(await readComparison(dir)).toBeUndefined();
      writeFileSync(path, '{');
      expect(await readComparison(dir)).toBeUndefined();
    } finally {
      rmSync(dir, { recursive: true });
    }
  });

  test('a file of version 1 is read, whose word for unknown was untold', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'pmemrig-comparison-'));
    try {
      await writeComparison(dir, comparison);
      const path = join(dir, 'comparison.json');
      const written = readFileSync(path, 'utf8');
      expect(written).toContain('"verdict": "unknown"');
      writeFileSync(path, written.replace('"version": 2', '"version": 1').replaceAll('"unknown"', '"untold"'));
      expect(await readComparison(dir)).toEqual(comparison);
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
});

/** The exit status of a run after another one. */
function judge(was: Readonly<Record<string, AttemptStatus>>, is: Readonly<Record<string, AttemptStatus | ''>>): number {
  const [before, after] = [run('base', 1, was), run('now', 2, is)];
  return judgeComparison(
    compareRuns(before, after, () => []),
    after,
    { whole: true },
  );
}

describe('what follows from the end of another test', () => {
  const cell = {
    id: CELL,
    kernel: 'debian-6.12',
    image: 'bookworm',
    pmem: 'nvdimm',
    filesystem: 'none',
    suite: 'repro',
    tests: [
      { name: 'repro/run', estimateSec: 1 },
      { name: 'guest/close', estimateSec: 1 },
    ],
  };
  const parent = 'repro/run';
  const play = (
    runId: string,
    status: AttemptStatus,
    subtests: Readonly<Record<string, AttemptStatus>>,
    close: AttemptStatus,
  ): RunSummary => {
    const journal = new JournalBuilder()
      .start([cell])
      .boot(CELL, '6.12.1')
      .test(CELL, parent, { status, ...(status !== 'pass' && { message: `it was ${status}` }) });
    for (const [name, how] of Object.entries(subtests))
      journal.add({
        type: 'test-end',
        cell: CELL,
        test: `${parent}/${name}`,
        parent,
        attempt: 1,
        status: how,
        durationMs: 1,
      });
    journal
      .test(CELL, 'guest/close', {
        status: close,
        ...(close === 'skip' && { message: 'the guest was lost, or given up' }),
      })
      .add({ type: 'run-end', reason: 'finished' });
    return { ...journal.summarize(), runId, startedAt: `2026-03-0${runId === 'base' ? 1 : 2}T10:00:00.000Z` };
  };
  const good = play('base', 'pass', { map: 'pass', flush: 'pass' }, 'pass');
  const judge = (after: RunSummary) => {
    const comparison = compareRuns(good, after, () => []);
    return {
      status: judgeComparison(comparison, after, { whole: true }),
      verdicts: Object.fromEntries(
        comparison.tests.map(({ test: name, verdict }) => [name.replace(`${parent}/`, ''), verdict]),
      ),
    };
  };

  test.each(['infra', 'skip'] as const)(
    'subtests that a test which ended as %s did not come to are not missing',
    (status) => {
      const { verdicts } = judge(play('now', status, { map: 'pass' }, 'pass'));
      expect(verdicts['flush']).toBe(status === 'infra' ? 'unknown' : 'still-skipped');
      expect(verdicts['map']).toBe('still-passing');
    },
  );

  test('the rig’s failure is no regression, whatever followed from it', () => {
    expect(judge(play('now', 'infra', {}, 'skip'))).toEqual({
      status: 3,
      verdicts: { 'repro/run': 'unknown', map: 'unknown', flush: 'unknown', 'guest/close': 'unknown' },
    });
  });

  test('a crash is one alarm', () => {
    expect(judge(play('now', 'crash', { map: 'pass' }, 'skip'))).toEqual({
      status: 1,
      verdicts: { 'repro/run': 'new-failure', map: 'still-passing', flush: 'unknown', 'guest/close': 'unknown' },
    });
  });

  test('a subtest that a test which came to its end does not have any more is missing', () => {
    expect(judge(play('now', 'pass', { map: 'pass' }, 'pass'))).toMatchObject({
      status: 1,
      verdicts: { flush: 'missing' },
    });
  });
});

describe('the exit status shows what got worse', () => {
  test.each([
    [0, 'no change', { a: 'pass' }, { a: 'pass' }],
    [0, 'a failure that was there before', { a: 'fail' }, { a: 'fail' }],
    [1, 'a new failure', { a: 'pass' }, { a: 'crash' }],
    [1, 'a test that is gone', { a: 'pass', b: 'pass' }, { a: 'pass' }],
    [1, 'a test that is skipped', { a: 'pass' }, { a: 'skip' }],
    [1, 'a new test that fails', { a: 'pass' }, { a: 'pass', b: 'fail' }],
    [3, 'a test that the rig failed at', { a: 'pass' }, { a: 'infra' }],
    [3, 'a test that was not reached', { a: 'pass' }, { a: '' }],
  ] as const)('%i for %s', (status, _what, was, is) => expect(judge(was, is)).toBe(status));

  test('1 for a failure in a cell that the baseline does not have', () => {
    const after = run('now', 2, { a: 'fail' }, 'debian-6.12/e820/none/fio');
    expect(
      judgeComparison(
        compareRuns(base, after, () => []),
        after,
        { whole: false },
      ),
    ).toBe(1);
  });

  test('3 for a cell that a run of the whole matrix has lost, 0 where a filter left it out', () => {
    const cells = [
      ...run('now', 2, { a: 'pass' }).cells,
      ...run('x', 2, { a: 'pass' }, 'debian-6.12/e820/none/fio').cells,
    ];
    const before = { ...run('base', 1, { a: 'pass' }), cells };
    const after = run('now', 2, { a: 'pass' });
    const comparison = compareRuns(before, after, () => []);
    expect([true, false].map((whole) => judgeComparison(comparison, after, { whole }))).toEqual([3, 0]);
  });
});

test('what history knows stands beside the verdict', () => {
  const past = Array.from('PPFPPPPPPPPPPPPPPPPF', (letter, index): PastTest => ({
    outcome: letter === 'P' ? 'pass' : 'fail',
    forgiven: false,
    failed: letter === 'P' ? 0 : 1,
    run: { runId: `r${index}`, startedAt: `2026-02-${index + 10}`, kernelRelease: '6.12.0' },
  }));
  const { tests } = compareRuns(base, now, (_cell, name) => (name === 'a' ? past : []));
  const a = tests.find((each) => each.test === 'a');
  expect(a).toMatchObject({ verdict: 'known-failure', rate: { failed: 2, of: 21 } });
  // The baseline passed after the last failure: this is the first of a row.
  expect(a).not.toHaveProperty('since');
  expect(formatComparison(compareRuns(base, now, (_cell, name) => (name === 'a' ? past : []))).join('\n')).toContain(
    'failed in 2 of the 21 runs before: fails so by chance',
  );
});

test('cells of one run alone are named, not judged', () => {
  const other = run('other', 2, { a: 'pass' }, 'debian-6.12/e820/none/fio');
  const comparison = compareRuns(other, now, () => []);
  expect(comparison).toMatchObject({ tests: [], onlyBase: ['debian-6.12/e820/none/fio'], onlyNow: [CELL] });
  expect(formatComparison(comparison).slice(-3)).toEqual([
    '1 cell of the baseline alone, not compared: debian-6.12/e820/none/fio',
    `1 cell of this run alone, not compared: ${CELL}`,
    'no test in either run',
  ]);
});
