import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { buildGuestTool } from '../../guests/guest-tools/build-guest-tool.ts';
import { probeAccelerator } from '../../guests/qemu/accelerator.ts';
import { findQemu } from '../../guests/qemu/find-qemu.ts';
import { collectHostFacts } from '../../orchestrator/host/facts.ts';
import { BOOT_TEST, type Cell, CLOSE_TEST, PMEM_TEST } from '../../orchestrator/model/cell.ts';
import type { JournalEvent } from '../../orchestrator/model/event.ts';
import type { PrepareExecutor } from '../../orchestrator/model/executor.ts';
import type { Matrix, SuiteSpec } from '../../orchestrator/model/matrix.ts';
import { cacheDir } from '../../orchestrator/model/paths.ts';
import type { Suite } from '../../orchestrator/model/suite.ts';
import { LocalExecutor } from '../../orchestrator/run/executor/local-executor.ts';
import { reserveFromPrepared } from '../../orchestrator/run/guest/reserve-guest.ts';
import { prepareAll } from '../../orchestrator/run/prepare/prepare.ts';
import { openRunFolder } from '../../orchestrator/run/record/run-folder.ts';
import { runMatrix } from '../../orchestrator/run/run-matrix.ts';
import { RunFold } from '../../reports/fold/fold.ts';
import type { RunSummary } from '../../reports/fold/summary.ts';
import { parseJournalLine } from '../../reports/journal/journal-line.ts';

/** What a cell takes beside what all cells of these tests have alike. */
export type CellOfTest = Pick<Cell, 'id' | 'pmem' | 'suite'> & { readonly tests: readonly string[] };

export interface SuitesRun {
  readonly events: readonly JournalEvent[];
  readonly summary: RunSummary;
}

/** Runs cells with suites of the test's own, in guests with Debian 12, as the rig runs those of a matrix. */
export async function runSuites(
  cells: readonly CellOfTest[],
  suiteFor: (spec: SuiteSpec) => Suite,
): Promise<SuitesRun> {
  const dir = mkdtempSync(join(tmpdir(), 'pmemrig-suites-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const folder = openRunFolder(dir);
  const qemu = await findQemu();
  const accelerator = await probeAccelerator({ qemu, cacheDir: cacheDir() });
  const host = await collectHostFacts({ cacheDir: cacheDir(), runsDir: dir });
  const prepareExecutor: PrepareExecutor = async (preparation) =>
    new LocalExecutor({
      suiteFor,
      reserve: reserveFromPrepared({
        folder,
        qemu,
        accelerator,
        capacity: { memoryBytes: host.memoryAvailableBytes, cores: host.cores },
        log: () => undefined,
        prepared: await prepareAll({ ...preparation, cacheDir: cacheDir() }),
      }),
      artifactsOf: (cell) => folder.artifactsOf(cell),
      buildCanary: () => Promise.reject(new Error('nothing is planted')),
      buildGuestTool: async () => buildGuestTool({ cacheDir: cacheDir(), log: () => undefined }),
    });
  await runMatrix({
    matrix: { name: 'suites', known: [] } as unknown as Matrix,
    plan: { cells: cells.map(completeCell), excluded: [] },
    folder,
    version: '0',
    qemu,
    accelerator,
    host,
    retries: 0,
    split: 1,
    repeat: 1,
    rerun: '',
    usual: new Map(),
    prepareExecutor,
    signal: new AbortController().signal,
    onEvent: () => undefined,
    log: () => undefined,
  });
  const events = readFileSync(join(dir, 'events.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .flatMap((line, index) => parseJournalLine(line, 'events.jsonl', index + 1) ?? []);
  const fold = new RunFold();
  for (const event of events) fold.apply(event);
  return { events, summary: fold.summarize() };
}

function completeCell({ tests, ...cell }: CellOfTest): Cell {
  return {
    ...cell,
    kernel: { kind: 'debian', name: 'bookworm', release: 'bookworm', flavour: 'amd64' },
    image: { kind: 'debian', name: 'bookworm', release: 'bookworm', packages: [] },
    filesystem: { name: 'none', type: 'none', mountOptions: '', mkfsOptions: [] },
    guest: { cpus: 2, memoryBytes: 2 ** 30, append: [] },
    tests: [BOOT_TEST, PMEM_TEST, ...tests, CLOSE_TEST].map((name) => ({ name, estimateSec: 1 })),
  };
}
