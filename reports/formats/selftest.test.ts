import { expect, test } from 'vitest';
import type { PlannedCell } from '../../orchestrator/model/event.ts';
import type { TestResult } from '../../orchestrator/model/outcome.ts';
import { findBlindKernels } from '../facts/unproven-kernels.ts';
import { exitStatus } from '../facts/exit-status.ts';
import { renderHtml } from './html/page.ts';
import { renderJunit } from './junit/junit.ts';
import { JOURNAL_EVENT } from '../journal/journal-schema.ts';
import { formatSelftest } from '../facts/selftest-table.ts';
import { renderMarkdown } from './markdown/summary-markdown.ts';
import { formatFinalReport } from './terminal/final-report.ts';
import { JournalBuilder } from '../testing/make-journal.ts';

const around = { image: 'bookworm', pmem: 'nvdimm', filesystem: 'none' };
const PROOF: PlannedCell = {
  ...around,
  id: 'k/nvdimm/selftest',
  kernel: 'k',
  suite: 'selftest',
  tests: [
    { name: 'selftest/abba', estimateSec: 1, expects: { kinds: ['lockdep-circular'] } },
    { name: 'selftest/panic', estimateSec: 1, expects: { kinds: ['panic'], fatal: true } },
  ],
};
const OTHER: PlannedCell = {
  ...around,
  id: 'k/nvdimm/fio',
  kernel: 'k',
  suite: 'fio',
  tests: [{ name: 'fio/a', estimateSec: 1 }],
};
const SEEN: TestResult = { status: 'pass', message: 'seen: lockdep-circular (WARNING: possible circular)' };
const MISSED: TestResult = { status: 'infra', message: 'the rig did not see lockdep-circular' };

function journal(abba: TestResult): JournalBuilder {
  return new JournalBuilder()
    .start([PROOF, OTHER])
    .test(PROOF.id, 'selftest/abba', abba, { durationMs: 1400 })
    .test(PROOF.id, 'selftest/panic', { status: 'pass', message: 'seen: panic (Kernel panic)' })
    .test(OTHER.id, 'fio/a', { status: 'pass' })
    .add({ type: 'run-end', reason: 'finished' });
}

test('a run whose selftest missed something is no success, and every report says that its passes prove little', () => {
  const summary = journal(MISSED).summarize();
  expect(exitStatus(summary)).toBe(3);
  const warning =
    'the rig is not proven to see on k, so its passes there prove little: 1 of 2 selftests (selftest/abba) failed; the rig did not see lockdep-circular';
  expect(findBlindKernels(summary)).toEqual([{ kernel: 'k', warning }]);
  for (const report of [
    formatFinalReport(summary, '/runs/1').join('\n'),
    renderMarkdown(summary),
    [...renderHtml(summary)].join(''),
  ])
    expect(report).toContain(warning);
  // For each cell on that kernel, that of fio too.
  expect([...renderJunit(summary)].filter((part) => part.includes('name="pmemrig.selftest"'))).toHaveLength(2);
});

test('a run whose selftest saw all says nothing of it', () => {
  const summary = journal(SEEN).summarize();
  expect(exitStatus(summary)).toBe(0);
  expect(findBlindKernels(summary)).toEqual([]);
});

test('the table shows what was expected and what was seen', () => {
  expect(formatSelftest(journal(MISSED).summarize())).toEqual([
    '         SELFTEST        EXPECTED          TIME  SEEN',
    expect.stringMatching(/^. infra  selftest\/abba   lockdep-circular  1\.4s  the rig did not see lockdep-circular$/),
    expect.stringMatching(/^. pass   selftest\/panic  panic             2s    panic \(Kernel panic\)$/),
  ]);
});

test('what was planted counts as no problem of the kernel, and is kept apart from the same when it is one', () => {
  const problem = {
    kind: 'warning',
    title: 'WARNING: w',
    signature: 'warning: f',
    lines: ['WARNING: w'],
    truncated: false,
    fatal: false,
    blame: 'kernel',
  } as const;
  const at = { type: 'problem', guest: 1, attempt: 1, during: 'test', problem } as const;
  const summary = journal(SEEN)
    .add({ ...at, cell: PROOF.id, test: 'selftest/abba', expected: true })
    .add({ ...at, cell: OTHER.id, test: 'fio/a' })
    .summarize();
  expect(summary.problems.map(({ expected, first }) => [expected, first.test])).toEqual([
    [true, 'selftest/abba'],
    [undefined, 'fio/a'],
  ]);
  const terminal = formatFinalReport(summary, '/runs/1').join('\n');
  expect(terminal).toContain('fio/a of k/nvdimm/fio');
  expect(terminal).not.toContain('selftest/abba of');
});

test('a journal is read back with what its tests expect', () => {
  for (const event of journal(SEEN).events) expect(JOURNAL_EVENT.parse(structuredClone(event))).toEqual(event);
});
