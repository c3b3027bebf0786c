import { expect, test } from 'vitest';
import type { Metric } from '../../../orchestrator/model/outcome.ts';
import { JournalBuilder, makeCell } from '../../testing/make-journal.ts';
import { renderPlots } from './plots-section.ts';

const iops = (value: number): readonly Metric[] => [{ name: 'write.iops', value, unit: 'iops', better: 'higher' }];

function plot(journal: JournalBuilder): string {
  return renderPlots(journal.summarize()).markup;
}

const CELLS = ['new/nvdimm/ext4/fio', 'new/e820/ext4/fio', 'old/nvdimm/ext4/fio'] as const;

function start(): JournalBuilder {
  return new JournalBuilder().start(CELLS.map((cell) => makeCell(cell, ['fio/a'])));
}

test('kernels of one leg stand beside each other, with their medians', () => {
  const journal = start();
  for (const [index, cell] of CELLS.entries())
    journal.test(cell, 'fio/a', { status: 'pass', metrics: iops(1000 * (index + 1)) });
  expect(
    Array.from(
      plot(journal).matchAll(/<th scope="row">(.*?)<\/th>.*?<td class="num">(.*?)<\/td>/g),
      ([, label, value]) => `${label} ${value}`,
    ),
  ).toEqual(['new/e820/ext4 2k IOPS', 'new/nvdimm/ext4 1k IOPS', 'old/nvdimm/ext4 3k IOPS']);
});

test('each attempt that passed is a dot, a failed one is none', () => {
  const journal = start();
  for (const [attempt, value] of [3000, 1000, 2000].entries())
    journal.test(CELLS[0], 'fio/a', { status: 'pass', metrics: iops(value) }, { attempt: attempt + 1 });
  journal.test(CELLS[0], 'fio/a', { status: 'fail', message: 'x', metrics: iops(9000) }, { attempt: 4 });
  const page = plot(journal);
  expect(/class="dot" d="(.*?)"/.exec(page)?.[1]?.split('M')).toHaveLength(4);
  expect(page).toContain('<td class="num">2k IOPS</td>');
  expect(page).toContain('n=3');
});

test('a run without figures has no such section', () => {
  expect(plot(start())).toBe('');
});
