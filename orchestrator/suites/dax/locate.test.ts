import { expect, test } from 'vitest';
import { locate, locateInFile, readExtents } from './locate.ts';

test('a linear device adds its start, a striped one deals chunks to its legs in turn', () => {
  expect(locate({ kind: 'linear', start: 100 }, 7)).toBe(107);
  const stripe = { kind: 'stripe', chunk: 10, starts: [1000, 2000] } as const;
  expect([0, 9, 10, 19, 20, 35].map((offset) => locate(stripe, offset))).toEqual([1000, 1009, 2000, 2009, 1010, 2015]);
});

test('a page of a file lies where its extent says, and nowhere in a hole', () => {
  const extents = readExtents('/mnt/f:\n\t0: [0..7]: 16520..16527\n\t1: [8..15]: hole\n\t2: [16..31]: 800..815\n');
  expect(extents).toEqual([
    { file: 0, physical: 16520 * 512, length: 4096 },
    { file: 8192, physical: 800 * 512, length: 8192 },
  ]);
  const layout = { kind: 'linear', start: 2 ** 20 } as const;
  expect(locateInFile(extents, layout, 12288)).toBe(2 ** 20 + 800 * 512 + 4096);
  expect(locateInFile(extents, layout, 4096)).toBeUndefined();
});
