import { expect, test } from 'vitest';
import { makeKernelsRun, splat } from '../../../reports/testing/make-series.ts';
import { findIdleKnown } from './idle-known.ts';

const PASS = { status: 'pass' } as const;
const SIGNATURE = 'lockdep-inconsistent-state: &dev->lock';
const TITLE = 'WARNING: inconsistent lock state';

/** A run on 6.1.176 that showed one problem. */
const run = makeKernelsRun({
  base: { nvdimm: { 'lockdep/flush': { result: PASS, problem: splat(SIGNATURE, TITLE, []) }, 'lockdep/sync': PASS } },
});
const summary = run.summarize();

test('entries that fit something are not reported, whether by signature, title or both', () => {
  expect(
    findIdleKnown(
      [
        { signature: 'lockdep-*', reason: 'r' },
        { title: '*lock state', reason: 'r' },
        { signature: '*dev->lock', title: '*', reason: 'r' },
        { signature: SIGNATURE, reason: 'r', expires: '2020-01-01' },
      ],
      summary,
    ),
  ).toEqual([]);
});

test('one that fits nothing is reported, with the signature that may have been meant', () => {
  expect(
    findIdleKnown(
      [
        { signature: SIGNATURE.replace('dev', 'dve'), reason: 'r' },
        { title: 'BUG: *', reason: 'r' },
      ],
      summary,
    ),
  ).toEqual([
    `the known problem "lockdep-inconsistent-state: &dve->lock" fits nothing that a kernel reported: did you mean "${SIGNATURE}"?`,
    'the known problem "BUG: *" fits nothing that a kernel reported',
  ]);
});

test('one for kernels that did not run is none that failed to fit', () => {
  const other = { title: 'BUG: *', reason: 'r', kernels: '>=6.6' };
  expect(findIdleKnown([other], summary)).toEqual([]);
  expect(findIdleKnown([{ ...other, kernels: '>=6.1 <6.6' }], summary)).toHaveLength(1);
});

test('a run that could not have met them all reports none', () => {
  const idle = [{ title: 'BUG: *', reason: 'r' }];
  expect(findIdleKnown(idle, { ...summary, ending: { reason: 'interrupted' } })).toEqual([]);
  expect(
    findIdleKnown(
      idle,
      makeKernelsRun({ base: { nvdimm: { 'lockdep/flush': { status: 'infra', message: 'no network' } } } }).summarize(),
    ),
  ).toEqual([]);
});

test('many are counted', () => {
  const many = Array.from({ length: 12 }, (_, index) => ({ title: `BUG ${index}`, reason: 'r' }));
  expect(findIdleKnown(many, summary)).toHaveLength(11);
  expect(findIdleKnown(many, summary).at(-1)).toBe('2 more known problems fit nothing either');
});
