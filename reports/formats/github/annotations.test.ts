import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RunSummary } from '../../fold/summary.ts';
import { JournalBuilder, makeCell, makeMixedRun } from '../../testing/make-journal.ts';
import { compareRuns } from '../../verdicts/compare-runs.ts';
import { renderAnnotations } from './annotations.ts';
import { boundSummary } from './step-summary.ts';
import { present } from '../../../orchestrator/model/present.ts';

const CELL = 'k/nvdimm/ext4-dax/fio';

function play(
  tests: readonly (readonly [name: string, status: 'pass' | 'fail' | 'infra', message?: string])[],
): RunSummary {
  const journal = new JournalBuilder()
    .start([
      makeCell(
        CELL,
        tests.map(([name]) => name),
      ),
    ])
    .boot(CELL);
  for (const name of ['guest/boot', 'guest/pmem']) journal.test(CELL, name, { status: 'pass' });
  for (const [name, status, message] of tests) journal.test(CELL, name, { status, ...present({ message }) });
  return journal.add({ type: 'run-end', reason: 'finished' }).summarize();
}

function unescape(text: string): string {
  return text
    .replaceAll('%3A', ':')
    .replaceAll('%2C', ',')
    .replaceAll('%0A', '\n')
    .replaceAll('%0D', '\r')
    .replaceAll('%25', '%');
}

/** A command as GitHub's runner reads it. */
function readCommand(line: string): { readonly kind: string; readonly title: string; readonly message: string } {
  const [, kind = '', title = '', message = ''] = /^::(\w+) title=([^,:]*)::([^]*)$/.exec(line) ?? [];
  return { kind, title: unescape(title), message: unescape(message) };
}

test('failures are errors with their evidence, what the rig does not know is a warning, a flaky test a notice', () => {
  const read = renderAnnotations(makeMixedRun().summarize()).map(readCommand);
  expect(read.map(({ kind, title }) => `${kind} ${title}`)).toEqual([
    'error hang: fio/dax-psync-fsync in debian-6.12/nvdimm/ext4-dax/fio',
    'error crash: fio/dax-mmap-randwrite in debian-6.12/virtio-pmem/xfs-dax/fio',
    'error fail: repro/run/case 2 in debian-6.12/nvdimm/none/repro',
    'warning unreached: fio/dax-psync-fsync in debian-6.12/virtio-pmem/xfs-dax/fio',
    'warning infra: repro/run in debian-6.12/nvdimm/none/repro',
    'notice flaky: fio/dax-mmap-randwrite in debian-6.12/nvdimm/ext4-dax/fio',
  ]);
  expect(read[1]?.message).toMatch(
    /^BUG: unable to handle page fault\n\n\[ {3}12\.345678\] BUG[^]*RIP: 0010:pmem_do_write/,
  );
});

test('against a baseline the alarms are the errors, and known failures are none', () => {
  const [base, now] = [
    play([
      ['old', 'fail'],
      ['new', 'pass'],
    ]),
    play([
      ['old', 'fail', 'as ever'],
      ['new', 'fail', 'broke'],
    ]),
  ];
  const read = renderAnnotations(
    now,
    compareRuns({ ...base, runId: 'base', startedAt: '2026-02-01T00:00:00.000Z' }, now, () => []),
  ).map(readCommand);
  expect(read).toEqual([
    {
      kind: 'error',
      title: `new-failure: new in ${CELL}`,
      message: expect.stringMatching(/^broke; failed in 0 of the 1 run before/) as string,
    },
    {
      kind: 'warning',
      title: `known-failure: old in ${CELL}`,
      message: expect.stringMatching(/^as ever; failed in 1 of the 1 run before/) as string,
    },
  ]);
});

test('tests that met the same report of the kernel are one annotation', () => {
  const [base, now] = [
    play([
      ['a', 'pass'],
      ['b', 'pass'],
      ['c', 'pass'],
    ]),
    play([
      ['a', 'fail', 'WARNING'],
      ['b', 'fail', 'WARNING'],
      ['c', 'fail', 'of its own'],
    ]),
  ];
  const comparison = compareRuns({ ...base, runId: 'base', startedAt: '2026-02-01T00:00:00.000Z' }, now, () => []);
  const tests = comparison.tests.map((each) =>
    each.message === 'WARNING' ? { ...each, signatures: ['lockdep-circular: &a'] } : each,
  );
  const read = renderAnnotations(now, { ...comparison, tests }).map(readCommand);
  expect(read.map(({ title }) => title)).toEqual([
    `new-failure: a in ${CELL} and 1 more test`,
    `new-failure: c in ${CELL}`,
  ]);
  expect(read[0]?.message).toContain('\nthe same in b');
  const elsewhere = tests.map((each) => (each.test === 'b' ? { ...each, cell: 'debian-6.1/e820/none/fio' } : each));
  expect(renderAnnotations(now, { ...comparison, tests: elsewhere }).map(readCommand)[0]?.message).toContain(
    '\nthe same in b in debian-6.1/e820/none/fio',
  );
});

test('of a kind there are ten at the most, and the tenth says how many more', () => {
  const lines = renderAnnotations(play(Array.from({ length: 30 }, (_, index) => [`t${index}`, 'fail'] as const)));
  expect(lines).toHaveLength(10);
  expect(lines.at(-1)).toBe('::error title=21 more::summary.md and report.html have all of them');
});

test('no words of a guest end a command or begin another', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.constantFrom('a\n::error::b', '100%,x:y', '%0A', '::stop-commands::x'),
      ),
      (words) => {
        const [line = '', ...more] = renderAnnotations(play([[`fio/${words}`, 'fail', words]]));
        expect(more).toEqual([]);
        expect(line).not.toMatch(/[\r\n]/);
        expect(readCommand(line).kind).toBe('error');
      },
    ),
  );
});

test('a step’s summary holds whole sections within GitHub’s bound', () => {
  const markdown = `# a\n\n${Array.from({ length: 400 }, (_, index) => `## ${index}\n\n${'é'.repeat(2500)}`).join('\n\n')}\n`;
  expect(boundSummary('# short\n')).toBe('# short\n');
  for (const used of [0, 500_000, 2 ** 20 - 10, 2 ** 21]) {
    const kept = boundSummary(markdown, used);
    expect(Buffer.byteLength(kept)).toBeLessThanOrEqual(Math.max(0, 2 ** 20 - used));
    if (kept !== '')
      expect(kept).toMatch(/é\n\n\nMore of it did not fit here: see summary\.md among the artifacts\.\n$/);
  }
});
