import { expect, test } from 'vitest';
import { makeMixedRun } from '../../testing/make-journal.ts';
import { renderHeat } from './heat-section.ts';

const heat = renderHeat(makeMixedRun().summarize(), new Map([['debian-6.12/virtio-pmem/xfs-dax/fio', 1]])).markup;

test('a square shows its worst outcome in a sign, a word and a count, and what is new', () => {
  expect(heat).toContain(
    '<td class="crash"><a href="#cell-2" title="debian-6.12/virtio-pmem/xfs-dax/fio: 1 crash, 1 unreached, 2 pass"><span class="count"><span aria-hidden="true">✗ </span><span class="sr">crash </span>1/4 <b class="new">1 new</b></span>',
  );
});

test('suites part the rows, kernels the columns, and what is not planned says so', () => {
  expect(Array.from(heat.matchAll(/class="suite"><span>(.*?)</g), ([, suite]) => suite)).toEqual(['fio', 'repro']);
  expect(Array.from(heat.matchAll(/<th scope="col">(.*?)<br/g), ([, kernel]) => kernel)).toEqual([
    'debian-6.1',
    'debian-6.12',
  ]);
  expect(heat.match(/not planned/g)).toHaveLength(2);
});

test('the parts of a square’s bar add up to its width', () => {
  for (const [, parts = ''] of heat.matchAll(/<svg class="shares"[^>]*>(.*?)<\/svg>/g)) {
    const widths = Array.from(parts.matchAll(/ width="([\d.]+)"/g), ([, width]) => Number(width));
    expect(widths.reduce((sum, width) => sum + width, 0)).toBeCloseTo(100, 0);
  }
});
