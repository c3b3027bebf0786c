import { expect, test } from 'vitest';
import { describeLongRun } from './describe-long-run.ts';
import { fakeCell } from '../testing/fake-world.ts';

/** With its guest's boot and the rig's own two tests, 44 s. */
const cells = [
  fakeCell(
    'c',
    Array.from({ length: 30 }, (_, index) => `fio/${index}`),
  ),
];
const host = { split: 1, cores: 2 };
const shared = (): boolean => false;

test('a run of more than a day says so, with its rounds', () => {
  expect(describeLongRun({ ...host, cells, repeat: 99_999 }, shared)).toBe(
    'this run takes about 50d 22h: 99999 rounds of 44s each, one guest at a time; a smaller --repeat, or fewer cells by --filter, make it less',
  );
  expect(
    describeLongRun(
      {
        ...host,
        cells: [
          fakeCell(
            'c',
            Array.from({ length: 90_000 }, (_, index) => `fio/${index}`),
          ),
        ],
        repeat: 1,
      },
      shared,
    ),
  ).toBe('this run takes about 1d 1h, one guest at a time; fewer cells by --filter make it less');
});

test('what is done in a day is nobody’s surprise', () => {
  expect(describeLongRun({ ...host, cells, repeat: 1963 }, shared)).toBeUndefined();
  expect(describeLongRun({ ...host, cells, repeat: 1964 }, shared)).toBeDefined();
});

test('guests side by side share the time, as many as groups, cores and the user admit', () => {
  const four = Array.from({ length: 4 }, (_, index) => ({
    ...fakeCell(`c${index}`, ['fio/a']),
    pmem: { name: `p${index}`, devices: [{ kind: 'virtio-pmem' as const, sizeBytes: 2 ** 30 + index }] },
  }));
  const lines = [
    { cores: 16, split: 1 },
    { cores: 16, split: 1, jobs: 3 },
    { cores: 1, split: 1, jobs: 3 },
  ].map((size) => describeLongRun({ cells: four, repeat: 99_999, ...size }, shared)?.match(/rounds of (.*);/)?.[1]);
  expect(lines).toEqual(['15s each, 4 guests at once', '20s each, 3 guests at once', '1m each, one guest at a time']);
  expect(describeLongRun({ cells, repeat: 99_999, cores: 16, split: 2 }, shared)).toContain('2 guests at once');
});
