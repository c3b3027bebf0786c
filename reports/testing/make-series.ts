import type { PlannedCell } from '../../orchestrator/model/event.ts';
import type { TestResult } from '../../orchestrator/model/outcome.ts';
import type { KernelProblem } from '../../orchestrator/model/problem.ts';
import type { MailHead, PatchSeries } from '../../orchestrator/model/series.ts';
import type { RunSummary } from '../fold/summary.ts';
import { renderReply } from '../formats/mail/render-reply.ts';
import type { Comparison } from '../verdicts/compare-runs.ts';
import type { SeriesStep } from '../verdicts/compare-series.ts';
import { JournalBuilder } from './make-journal.ts';
import { present } from '../../orchestrator/model/present.ts';

export const SUBJECTS = [
  '[PATCH 1/2] nvdimm/virtio_pmem: make a flush request in a function of its own',
  '[PATCH 2/2] nvdimm/virtio_pmem: count flushes and their answers',
] as const;

export const STEPS: readonly SeriesStep[] = [
  { kernel: 'patch-1', patch: SUBJECTS[0], files: ['drivers/nvdimm/nd_virtio.c'] },
  { kernel: 'patched', patch: SUBJECTS[1], files: ['drivers/nvdimm/nd_virtio.c', 'drivers/nvdimm/virtio_pmem.h'] },
];

/** A series with its cover letter, as readSeries gives it. */
export const SERIES: PatchSeries = {
  cover: head('[PATCH 0/2] nvdimm/virtio_pmem: count flushes', 'cover'),
  patches: SUBJECTS.map((subject, index) => ({
    subject,
    head: head(subject, `patch-${index + 1}`),
    diff: 'diff --git a/x b/x\n',
    files: STEPS[index]?.files ?? [],
  })),
  notes: [],
};

function head(subject: string, id: string): MailHead {
  return {
    subject,
    messageId: `<${id}.20261124@example.org>`,
    references: id === 'cover' ? [] : ['<cover.20261124@example.org>'],
    from: { name: 'Pat Writer', address: 'pat@example.org' },
    to: [{ name: '', address: 'pmem@example.org' }],
    cc: [{ name: 'Intainer, Max', address: 'max@example.org' }],
    date: '2026-11-24T18:46:36.000Z',
  };
}

/** What a kernel with this report says, for its test. */
export function splat(signature: string, title: string, lines: readonly string[]): KernelProblem {
  return {
    kind: 'lockdep-inconsistent-state',
    title,
    signature,
    lines: [title, ...lines],
    truncated: false,
    fatal: false,
    blame: 'kernel',
  };
}

interface MadeTest {
  readonly result: TestResult;
  readonly problem?: KernelProblem;
}

/** By kernel and topology, what each test of the suite `lockdep` on ext4-dax comes to. */
export type MadeKernels = Readonly<
  Record<string, Readonly<Record<string, Readonly<Record<string, TestResult | MadeTest>>>>>
>;

/** A finished run of several kernels. */
export function makeKernelsRun(
  kernels: MadeKernels,
  {
    stages = {},
    broken = {},
  }: {
    readonly stages?: Readonly<
      Record<string, readonly { readonly file: string; readonly line: number; readonly text: string }[]>
    >;
    /** By kernel, why it does not compile. */ readonly broken?: Readonly<Record<string, string>>;
  } = {},
): JournalBuilder {
  const cells = Object.entries(kernels).flatMap(([kernel, topologies]) =>
    Object.entries(topologies).map(([pmem, tests]): PlannedCell => ({
      id: `${kernel}/${pmem}/ext4-dax/lockdep`,
      kernel,
      image: 'bookworm',
      pmem,
      filesystem: 'ext4-dax',
      suite: 'lockdep',
      tests: Object.keys(tests).map((name) => ({ name, estimateSec: 1 })),
    })),
  );
  const journal = new JournalBuilder().start(cells);
  for (const kernel of Object.keys(kernels)) {
    const [warnings, error] = [stages[kernel], broken[kernel]];
    if (error !== undefined) {
      journal.add({ type: 'stage', stage: `kernel ${kernel}`, detail: error, status: 'failed', durationMs: 1 });
      continue;
    }
    journal.add({
      type: 'stage',
      stage: `kernel ${kernel}`,
      detail:
        `6.1.176 from d21365ef4897 of /home/me/linux${kernel === 'base' ? '' : ' + 2 patches'}, tiny: ` +
        'guest, nvdimm, virtio-pmem, dax-filesystems, dm-dax, prove-locking',
      status: 'done',
      durationMs: 1,
      ...present({ warnings }),
    });
  }
  for (const { id, kernel, pmem } of cells) {
    journal.add({ type: 'cell-start', cell: id }).boot(id, '6.1.176');
    for (const [name, made] of Object.entries(kernels[kernel]?.[pmem] ?? {})) {
      const { result, problem }: MadeTest = 'result' in made ? made : { result: made };
      if (problem)
        journal.add({ type: 'problem', cell: id, guest: 1, test: name, attempt: 1, during: 'test', problem });
      journal.test(id, name, result);
    }
    journal.add({ type: 'cell-end', cell: id });
  }
  return journal.add({ type: 'run-end', reason: 'finished' });
}

/** The answer to the series, by a run of it. */
export function answerSeries(
  summary: RunSummary,
  comparison: Comparison,
  steps: readonly SeriesStep[] = STEPS,
): string {
  return renderReply({
    summary,
    comparison,
    series: SERIES,
    steps,
    guest: 'QEMU',
    devices: [],
    untested: [],
    command: 'pmemrig series fix.mbox',
  });
}
