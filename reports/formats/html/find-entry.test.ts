import { expect, test } from 'vitest';
import { type Find, renderFinds } from './find-entry.ts';

const FIND: Find = {
  test: 'fio/a',
  cell: 'k/nvdimm/none/fio',
  as: 'fail',
  href: '#cell-0-0',
  message: 'EIO',
  evidence: 'words',
};

function entries(finds: readonly Find[], excerpts = 9): string[] {
  return renderFinds(finds, excerpts)
    .markup.split('\n')
    .filter((line) => line.startsWith('<li class') || line.startsWith('<ol'));
}

test('what one test did alike in several cells is one entry with a link to each', () => {
  const [first = '', ...others] = entries([FIND, { ...FIND, cell: 'k/virtio-pmem/none/fio', href: '#cell-1-0' }]);
  expect(others).toEqual([]);
  expect(first).toContain('in 2 cells');
  expect(first).toContain('<a href="#cell-0-0">k/nvdimm/none/fio</a>');
  expect(first).toContain('<a href="#cell-1-0">k/virtio-pmem/none/fio</a>');
  expect(first.match(/<pre>/g)).toHaveLength(1);
});

test('another message, change or past is another entry', () => {
  for (const other of [
    { message: 'ENOSPC' },
    { change: 'pass → fail' },
    { facts: ['failing since x'] },
    { test: 'fio/b' },
  ])
    expect(entries([FIND, { ...FIND, cell: 'c', ...other }])).toHaveLength(2);
});

test('tests that met the same reports of the kernel are one entry, with the cell where that differs', () => {
  const met: Find = { ...FIND, signatures: ['lockdep-inversion: &a'] };
  const [first = '', ...others] = entries([
    met,
    { ...met, test: 'fio/b', cell: 'k/virtio-pmem/none/fio', href: '#cell-1-0' },
  ]);
  expect(others).toEqual([]);
  expect(first).toContain('<b>2 tests</b> <span class="faint">in 2 cells</span>');
  expect(first).toContain('<a href="#cell-1-0"><code>fio/b</code> in k/virtio-pmem/none/fio</a>');
  for (const other of [{ signatures: ['oops: b'] }, { message: 'ENOSPC' }])
    expect(entries([met, { ...met, test: 'fio/b', ...other }])).toHaveLength(2);
});

test('tests of a cell that one cause kept from running are one entry', () => {
  const lost: Find = { test: 'a', cell: 'c', as: 'unreached', message: 'boot failed' };
  expect(entries([lost, { ...lost, test: 'b' }, { ...lost, cell: 'd' }])).toHaveLength(2);
});

test('an excerpt has no time stamps, rules and blank lines of the kernel log', () => {
  const evidence =
    '[   18.646353][  T107] ======================\n[   18.646469][  T107] WARNING: possible circular locking dependency\n[   18.646353][  T107] ----------------\n[   18.646469][  T107] \n[   18.646937][  T107] sh/107 is trying\n';
  expect(entries([{ ...FIND, evidence }]).join('\n')).toContain('<pre>WARNING: possible circular locking dependency');
  expect(renderFinds([{ ...FIND, evidence }], 1).markup).toContain('dependency\nsh/107 is trying</pre>');
});

test('a common margin is cut off, and beyond so many entries nothing is quoted', () => {
  expect(entries([{ ...FIND, evidence: '    @@ -1 +1 @@\n     said\n\n    +not said\n' }]).join('\n')).toContain(
    '<pre>@@ -1 +1 @@',
  );
  expect(entries([FIND], 0).join('')).not.toContain('<pre>');
});
