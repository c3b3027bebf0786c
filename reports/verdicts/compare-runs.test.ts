import { describe, expect, test } from 'vitest';
import type { AttemptStatus } from '../../orchestrator/model/outcome.ts';
import { JournalBuilder } from '../testing/make-journal.ts';
import type { RunSummary } from '../summary.ts';
import { compareRuns, isAlarm } from './compare-runs.ts';
import { formatComparison } from './comparison-text.ts';
import type { PastTest } from './verdict.ts';

const CELL = 'debian-6.12/nvdimm/none/fio';

/** A run whose cell has these tests; an empty status is never reached. */
function run(runId: string, day: number, tests: Readonly<Record<string, AttemptStatus | ''>>, cell = CELL): RunSummary {
  const planned = { id: cell, kernel: 'debian-6.12', image: 'bookworm', pmem: 'nvdimm', filesystem: 'none', suite: 'fio', tests: Object.keys(tests).map((name) => ({ name, estimateSec: 1 })) };
  const journal = new JournalBuilder().start([planned]).boot(cell, `6.12.${day}`);
  for (const [name, status] of Object.entries(tests)) if (status !== '') journal.test(cell, name, { status, ...(status !== 'pass' && { message: `it said ${status}`, evidence: `words of ${name}\n\nand more` }) });
  journal.add({ type: 'run-end', reason: 'finished' });
  return { ...journal.summarize(), runId, startedAt: `2026-03-0${day}T10:00:00.000Z` };
}

const base = run('base', 1, { a: 'pass', b: 'fail', c: 'pass', d: 'pass', e: 'fail', g: 'pass', i: 'pass' });
const now = run('now', 3, { a: 'fail', b: 'pass', c: 'skip', e: 'fail', f: 'crash', g: 'pass', h: 'pass', i: '' });

describe('two runs of one matrix', () => {
  const comparison = compareRuns(base, now, () => []);

  test('each test has one verdict, the alarms first', () => {
    expect(comparison.tests.map(({ test: name, verdict, base: was, now: is }) => `${name} ${verdict} ${was ?? '-'} ${is ?? '-'}`)).toEqual([
      'a new-failure pass fail',
      'd missing pass -',
      'c newly-skipped pass skip',
      'b fixed fail pass',
      'f new-test - crash',
      'h new-test - pass',
      'i untold pass unreached',
      'e known-failure fail fail',
      'g still-passing pass pass',
    ]);
    expect(comparison.tests.filter(isAlarm).map(({ test: name }) => name)).toEqual(['a', 'd', 'c', 'f']);
    expect(comparison.totals).toMatchObject({ 'new-failure': 1, 'new-test': 2, 'still-passing': 1 });
  });

  test('the terminal tells what differs, with why to believe it, and counts the rest', () => {
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
    expect(lines.at(-1)).toBe('1 new-failure, 1 missing, 1 newly-skipped, 1 fixed, 2 new-test, 1 untold, 1 known-failure, 1 still-passing');
  });
});

test('what history knows stands beside the verdict', () => {
  const past = Array.from('PPFPPPPPPPPPPPPPPPPF', (letter, index): PastTest => ({ outcome: letter === 'P' ? 'pass' : 'fail', forgiven: false, failed: letter === 'P' ? 0 : 1, run: { runId: `r${index}`, startedAt: `2026-02-${index + 10}`, kernelRelease: '6.12.0' } }));
  const { tests } = compareRuns(base, now, (_cell, name) => (name === 'a' ? past : []));
  const a = tests.find((each) => each.test === 'a');
  expect(a).toMatchObject({ verdict: 'known-failure', rate: { failed: 2, of: 21 } });
  // The baseline passed after the last failure: this is the first of a row.
  expect(a).not.toHaveProperty('since');
  expect(formatComparison(compareRuns(base, now, (_cell, name) => (name === 'a' ? past : []))).join('\n')).toContain('failed in 2 of the 21 runs before: fails so by chance');
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
