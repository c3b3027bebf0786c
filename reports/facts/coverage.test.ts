import { expect, test } from 'vitest';
import { type Coverage, surveyCoverage } from './coverage-groups.ts';
import { surveyTests } from './coverage.ts';
import { makeQuickRun, QUICK_LEGS } from '../testing/make-coverage.ts';
import { JournalBuilder, makeCell, makeMixedRun } from '../testing/make-journal.ts';

const [NVDIMM, VIRTIO] = ['k/nvdimm/ext4/s', 'k/virtio-pmem/ext4/s'] as const;

function runOf(results: Readonly<Record<string, readonly Parameters<JournalBuilder['test']>[2][]>>): JournalBuilder {
  const journal = new JournalBuilder().start(Object.keys(results).map((cell) => makeCell(cell, ['s/a'])));
  for (const [cell, attempts] of Object.entries(results))
    for (const [index, result] of attempts.entries()) journal.test(cell, 's/a', result, { attempt: index + 1 });
  return journal;
}

function coverageOf(results: Parameters<typeof runOf>[0]): Coverage {
  return surveyCoverage(runOf(results).summarize());
}

/** Why a test with these attempts ran nowhere. */
function reasons(attempts: readonly Parameters<JournalBuilder['test']>[2][]): unknown {
  return coverageOf({ [NVDIMM]: attempts }).nowhere.groups.map(({ why }) => why);
}

test('a test that passed, failed, flaked, crashed or hung on every leg is no loss', () => {
  const fail = { status: 'fail', message: 'no' } as const;
  for (const attempts of [
    [{ status: 'pass' }],
    [fail],
    [fail, { status: 'pass' }],
    [{ status: 'crash', message: 'oops' }],
    [{ status: 'hang', message: 'slow' }],
  ] as const) {
    expect(coverageOf({ [NVDIMM]: attempts })).toMatchObject({ tests: 1, nowhere: { tests: 0 }, partly: { tests: 0 } });
  }
});

test('a known failure ran, though it is reported as a skip; so did what TAP expects to fail', () => {
  for (const by of ['list', 'test'] as const)
    expect(
      coverageOf({ [NVDIMM]: [{ status: 'skip', forgiven: { by, reason: 'not done yet' }, message: 'x' }] }).nowhere
        .tests,
    ).toBe(0);
});

test('a skip whose reason begins as that of a known failure did not run', () => {
  expect(
    coverageOf({ [NVDIMM]: [{ status: 'skip', message: 'known failure of the board, not run' }] }).nowhere.tests,
  ).toBe(1);
});

test('skipped, excluded, unreached, and what the rig failed at did not run', () => {
  expect(reasons([{ status: 'skip', message: 'no reflink' }])).toEqual([[{ outcome: 'skip', reason: 'no reflink' }]]);
  expect(reasons([{ status: 'excluded', message: 'eats the disk' }])).toEqual([
    [{ outcome: 'excluded', reason: 'eats the disk' }],
  ]);
  expect(reasons([{ status: 'infra', message: 'disk full' }])).toEqual([[{ outcome: 'infra', reason: 'disk full' }]]);
  expect(reasons([])).toEqual([[{ outcome: 'unreached', reason: expect.stringContaining('controller was killed') }]]);
});

test('a test that never ran has the reasons of all its legs', () => {
  const { groups } = coverageOf({
    [NVDIMM]: [{ status: 'skip', message: 'no reflink' }],
    [VIRTIO]: [{ status: 'skip', message: 'no DAX' }],
  }).nowhere;
  expect(groups).toHaveLength(1);
  expect(groups[0]).toMatchObject({
    tests: ['s/a'],
    why: [{ reason: 'no reflink' }, { reason: 'no DAX' }],
    lostOn: new Map([
      ['k/nvdimm/ext4', 1],
      ['k/virtio-pmem/ext4', 1],
    ]),
  });
});

test('106 tests that DAX-capable scratch devices lose are one entry that knows where they ran', () => {
  const { tests, nowhere, partly } = surveyCoverage(makeQuickRun().summarize());
  expect(tests).toBe(111);
  expect(nowhere.groups.map((group) => group.tests)).toEqual([
    ['xfstests/generic/620', 'xfstests/generic/781'],
    ['xfstests/ext4/047'],
  ]);
  expect(partly.tests).toBe(106);
  expect(partly.groups).toHaveLength(1);
  const [flakey] = partly.groups;
  expect(flakey).toMatchObject({
    why: [{ outcome: 'skip', reason: 'Cannot use flakey devices on DAX capable block devices.' }],
  });
  expect(flakey?.tests).toHaveLength(106);
  expect(flakey?.lostOn).toEqual(
    new Map([
      [QUICK_LEGS.nvdimmExt4, 106],
      [QUICK_LEGS.nvdimmXfs, 106],
      [QUICK_LEGS.virtioXfs, 106],
    ]),
  );
  expect(flakey?.ranOn).toEqual(new Map([[QUICK_LEGS.block, 106]]));
});

test('what is not planned for a leg is no loss there', () => {
  expect(surveyTests(makeQuickRun().summarize()).find(({ test: name }) => name === 'xfstests/xfs/550')).toEqual({
    test: 'xfstests/xfs/550',
    ran: [QUICK_LEGS.nvdimmXfs, QUICK_LEGS.virtioXfs],
    lost: [],
  });
});

test('a test with two reasons is in both groups and counted once', () => {
  const third = 'k/e820/ext4/s';
  const { partly } = coverageOf({
    [NVDIMM]: [{ status: 'skip', message: 'x' }],
    [VIRTIO]: [{ status: 'excluded', message: 'x' }],
    [third]: [{ status: 'pass' }],
  });
  expect(partly.tests).toBe(1);
  expect(partly.groups.map(({ why, lostOn }) => [why[0]?.outcome, ...lostOn.keys()])).toEqual([
    ['skip', 'k/nvdimm/ext4'],
    ['excluded', 'k/virtio-pmem/ext4'],
  ]);
});

test('the rig’s own tests and selftests are none of it; a subtest is', () => {
  const cell = makeCell(NVDIMM, ['guest/close', 's/a']);
  const journal = new JournalBuilder().start([
    { ...cell, tests: [...cell.tests, { name: 's/canary', estimateSec: 1, expects: { kinds: ['lockdep-circular'] } }] },
  ]);
  journal.test(NVDIMM, 's/a', { status: 'pass', subtests: [{ name: 'case 1', status: 'skip', message: 'no THP' }] });
  const coverage = surveyCoverage(journal.summarize());
  expect(coverage.tests).toBe(2);
  expect(coverage.nowhere.groups.map(({ tests }) => tests)).toEqual([['s/a/case 1']]);
});

test('a skip on one leg of a mixed run is a partial loss', () => {
  const { nowhere, partly } = surveyCoverage(makeMixedRun().summarize());
  expect(nowhere.groups.map(({ tests }) => tests)).toEqual([['repro/run']]);
  expect(partly.groups.map(({ why }) => why[0]?.outcome)).toEqual(['skip', 'unreached']);
});
