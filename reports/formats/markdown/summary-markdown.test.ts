import { expect, test } from 'vitest';
import { renderMarkdown } from './summary-markdown.ts';
import { JournalBuilder, makeCell, makeMixedRun } from '../../testing/make-journal.ts';

const CELL = 'debian-6.12/nvdimm/ext4-dax/fio';
const mixed = renderMarkdown(makeMixedRun().summarize());

function markdownOf(result: Parameters<JournalBuilder['test']>[2]): string {
  return renderMarkdown(
    new JournalBuilder()
      .start([makeCell(CELL, ['fio/a'])])
      .test(CELL, 'fio/a', result)
      .summarize(),
  );
}

test('the first line shows the result', () => {
  expect(mixed.split('\n')[0]).toBe(
    '# pmemrig `matrices/smoke.yaml`: 1 crash, 1 hang, 1 fail, 1 infra, 1 unreached, 1 flaky, 1 skip, 1 excluded, 10 pass',
  );
});

test('the table has a kernel a column', () => {
  expect(mixed).toContain(
    '|  | `debian-6.1` 6.12.9+bpo-amd64 | `debian-6.12` 6.12.9+bpo-amd64 |\n| --- | --- | --- |\n| nvdimm / ext4-dax / fio | ✓ 1 skip, 3 pass | **✗ 1 hang, 1 flaky, 2 pass** |',
  );
});

test('a failure shows its words and its files', () => {
  expect(mixed).toContain(
    '### ✗ crash: `fio/dax-mmap-randwrite` in `debian-6.12/virtio-pmem/xfs-dax/fio`\n\n`BUG: unable to handle page fault`\n\n```text\n[   12.345678] BUG:',
  );
  expect(mixed).toContain('Files: `cells/y/console.log`');
});

test('the command to run the failed cells again can be pasted', () => {
  expect(mixed).toContain(
    'pmemrig run matrices/smoke.yaml --filter debian-6.12/nvdimm/ext4-dax/fio --filter debian-6.12/nvdimm/none/repro --test fio/dax-psync-fsync --test repro/run\npmemrig run matrices/smoke.yaml --filter debian-6.12/virtio-pmem/xfs-dax/fio --test fio/dax-mmap-randwrite --test fio/dax-psync-fsync\n',
  );
});

test('evidence cannot end its own fence', () => {
  const text = markdownOf({ status: 'fail', message: 'x', evidence: '```\n# pwned\n````\n' });
  expect(text).toContain('`````text\n```\n# pwned\n````\n`````');
});

test('a message is code, whatever it holds', () => {
  expect(markdownOf({ status: 'fail', message: 'a `b` <img src=x> | [l](http://x)' })).toContain(
    '``a `b` <img src=x> | [l](http://x)``',
  );
});

test('a run cut short says so on top', () => {
  expect(markdownOf({ status: 'pass' })).toContain(
    '**The journal has no end: the controller was killed, or is still at work.**',
  );
});
