import fc from 'fast-check';
import { expect, test } from 'vitest';
import { makeMatcher } from './match.js';
import { formatHash, isFiltering, parseHash } from './state.js';

const NONE = { q: '', outcome: '', verdict: '', kernel: '', at: '' };
const ENTRY = {
  text: 'debian-6.12/nvdimm/ext4-dax/fio fio/dax-mmap oops in pmem_do_write',
  outcome: 'crash',
  verdict: 'new-failure',
  kernel: 'debian-6.12',
};

test('any state survives the URL', () => {
  const text = fc.string();
  fc.assert(
    fc.property(fc.record({ q: text, outcome: text, verdict: text, kernel: text, at: text }), (state) => {
      expect(parseHash(formatHash(state))).toEqual(state);
    }),
  );
});

test('a plain anchor keeps the filters, a hash with values replaces them', () => {
  const before = { ...NONE, q: 'dax', kernel: 'k' };
  expect(parseHash('#cell-3', before)).toEqual({ ...before, at: 'cell-3' });
  expect(parseHash('#outcome=fail', before)).toEqual({ ...NONE, outcome: 'fail' });
  expect(parseHash('', before)).toEqual(NONE);
  expect(formatHash(NONE)).toBe('');
});

test('all words must be there, in any order and case', () => {
  expect(makeMatcher({ ...NONE, q: ' OOPS  fio/dax ' })(ENTRY)).toBe(true);
  expect(makeMatcher({ ...NONE, q: 'oops xfs' })(ENTRY)).toBe(false);
});

test('outcome, verdict and kernel must all be as chosen', () => {
  const chosen = { ...NONE, outcome: 'crash', verdict: 'new-failure', kernel: 'debian-6.12' };
  expect(makeMatcher(chosen)(ENTRY)).toBe(true);
  for (const key of ['outcome', 'verdict', 'kernel'] as const)
    expect(makeMatcher({ ...chosen, [key]: 'other' })(ENTRY)).toBe(false);
});

test('attention takes all but what went well', () => {
  const matches = makeMatcher({ ...NONE, outcome: 'attention' });
  expect(
    ['crash', 'hang', 'fail', 'infra', 'unreached', 'flaky', 'known', 'skip', 'excluded', 'pass'].filter((outcome) =>
      matches({ ...ENTRY, outcome }),
    ),
  ).toEqual(['crash', 'hang', 'fail', 'infra', 'unreached', 'flaky']);
});

test('blanks alone filter nothing', () => {
  expect(isFiltering({ ...NONE, q: '  ', at: 'cell-1' })).toBe(false);
});
