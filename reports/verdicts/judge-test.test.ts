import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Outcome } from '../../orchestrator/model/outcome.ts';
import { OUTCOMES } from '../fold/outcomes.ts';
import { judgeTest } from './judge-test.ts';
import { type Verdict, VERDICTS } from './verdict.ts';
import type { PastTest, TestRecord } from '../fold/past-test.ts';

const LETTERS = {
  P: 'pass',
  F: 'fail',
  C: 'crash',
  H: 'hang',
  K: 'flaky',
  S: 'skip',
  X: 'excluded',
  I: 'infra',
  U: 'unreached',
  Z: 'skip',
} as const;

/** `PPF` → three runs, oldest first; Z is a forgiven failure. */
function past(letters: string): PastTest[] {
  return Array.from(letters, (letter, index) => ({
    ...recordOf(letter),
    run: { runId: `r${index}`, startedAt: `2026-01-0${index + 1}T00:00:00.000Z` },
  }));
}

function recordOf(letter: string): TestRecord {
  const outcome = LETTERS[letter as keyof typeof LETTERS];
  return { outcome, forgiven: letter === 'Z', failed: 'FCHK'.includes(letter) ? 1 : 0 };
}

/** The last of the past is the baseline. */
const judge = (before: string, now: string) =>
  judgeTest(
    now === '' ? undefined : recordOf(now),
    before === '' ? undefined : recordOf(before.at(-1) ?? ''),
    past(before),
  );

test.each([
  ['P', 'F', 'new-failure'],
  ['PPPPPPPP', 'C', 'new-failure'],
  ['PKPPFPPP', 'F', 'known-failure'],
  ['F', 'F', 'known-failure'],
  ['Z', 'Z', 'known-failure'],
  ['Z', 'P', 'fixed'],
  ['S', 'F', 'new-failure'],
  ['', 'F', 'new-test'],
  ['', 'P', 'new-test'],
  ['FFF', 'P', 'fixed'],
  ['PPPF', 'P', 'still-passing'],
  ['F', 'P', 'fixed'],
  ['P', 'S', 'newly-skipped'],
  ['F', 'S', 'newly-skipped'],
  ['S', 'S', 'still-skipped'],
  ['P', 'X', 'still-skipped'],
  ['S', 'P', 'new-test'],
  ['PS', 'P', 'still-passing'],
  ['P', '', 'missing'],
  ['S', '', undefined],
  ['P', 'I', 'unknown'],
  ['F', 'U', 'unknown'],
  // An infra baseline is none: what was known before counts.
  ['PI', 'F', 'new-failure'],
  ['FI', 'F', 'known-failure'],
  ['PU', 'S', 'newly-skipped'],
])('%s, then %s: %s', (before, now, verdict) => expect(judge(before, now)?.verdict).toBe(verdict));

test('a test that fails one time in ten is reported when it has failed three times in a row, and since when', () => {
  const tenth = 'PPPPPPPPPF'.repeat(4) + 'P';
  const base = recordOf('P');
  expect(judgeTest(recordOf('F'), base, past(tenth))?.verdict).toBe('known-failure');
  expect(judgeTest(recordOf('F'), base, past(`${tenth}F`))?.verdict).toBe('known-failure');
  expect(judgeTest(recordOf('F'), base, past(`${tenth}FF`))).toMatchObject({
    verdict: 'new-failure',
    rate: { failed: 6, of: 43 },
    since: { runId: 'r41' },
    lastGood: { runId: 'r40' },
  });
});

test.each([
  ['PPF', 'r2', 'r1'],
  ['PFF', 'r1', 'r0'],
  ['FPFSF', 'r2', 'r1'],
])('after %s a failure is known since %s, and was last good in %s', (before, since, lastGood) => {
  expect(judge(before, 'F')).toMatchObject({
    verdict: 'known-failure',
    since: { runId: since },
    lastGood: { runId: lastGood },
  });
});

test('retries that failed too count as failures in a row', () => {
  const tenth = past('PPPPPPPPPF'.repeat(4) + 'P');
  expect(judgeTest({ ...recordOf('F'), failed: 3 }, recordOf('P'), tenth)).toMatchObject({
    verdict: 'new-failure',
    chance: expect.closeTo(0.00123, 4) as number,
  });
});

describe('whatever the past', () => {
  const letter = fc.constantFrom(...Object.keys(LETTERS));
  const anyPast = fc.array(letter, { maxLength: 40 }).map((letters) => letters.join(''));

  test('a run that the rig failed at is no regression, a pass is no alarm, and a failure never passes', () => {
    fc.assert(
      fc.property(anyPast, fc.option(letter, { nil: '' }), (before, now) => {
        const verdict = judge(before, now);
        if (!verdict) return now === '';
        if (now === 'I' || now === 'U') return verdict.verdict === 'unknown';
        if (now === 'P' || now === 'K') return ['still-passing', 'fixed', 'new-test'].includes(verdict.verdict);
        if (now !== '' && 'FCH'.includes(now))
          return ['new-failure', 'known-failure', 'new-test'].includes(verdict.verdict);
        return VERDICTS.includes(verdict.verdict);
      }),
      { numRuns: 2000 },
    );
  });

  test('what the rig failed at before changes no verdict', () => {
    fc.assert(
      fc.property(anyPast, letter, fc.nat(40), (before, now, at) => {
        const place = Math.min(at, before.length);
        const disturbed = `${before.slice(0, place)}I${before.slice(place)}`;
        // As the baseline it gives way to the run before; without one it is not used.
        expect(judge(disturbed, now)?.verdict).toBe(judge(before, now)?.verdict);
      }),
      { numRuns: 2000 },
    );
  });

  test('the rate counts runs in which the test ran', () => {
    fc.assert(
      fc.property(anyPast, letter, (before, now) => {
        const verdict = judge(before, now);
        const ran = before.replaceAll(/[^PFCHK]/g, '');
        // What is fixed had this rate before it was.
        const counted = verdict?.verdict === 'fixed' ? ran.replace(/[PK]+$/, '') : ran;
        expect(verdict?.rate).toEqual({ failed: counted.replaceAll('P', '').length, of: counted.length });
      }),
      { numRuns: 2000 },
    );
  });
});

const FIRST_VERDICTS: Readonly<Record<Outcome, Verdict>> = {
  pass: 'new-test',
  flaky: 'new-test',
  fail: 'new-test',
  crash: 'new-test',
  hang: 'new-test',
  skip: 'still-skipped',
  excluded: 'still-skipped',
  infra: 'unknown',
  unreached: 'unknown',
};

test('each outcome has its verdict where nothing came before', () => {
  const judged = OUTCOMES.map((outcome) => [
    outcome,
    judgeTest({ outcome, forgiven: false, failed: 0 }, undefined, [])?.verdict,
  ]);
  expect(Object.fromEntries(judged)).toEqual(FIRST_VERDICTS);
});
