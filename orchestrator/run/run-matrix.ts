import { hostname } from 'node:os';
import { buildCanary } from '../../guests/canary/build-canary.ts';
import type { QemuBinary } from '../../guests/qemu/find-qemu.ts';
import { groupCells } from '../plan/boot-groups.ts';
import type { Plan } from '../model/cell.ts';
import { describeError, InfraError, UserError } from '../model/errors.ts';
import type { JournalEvent, RunEvent } from '../model/event.ts';
import type { Matrix } from '../model/matrix.ts';
import type { HostFacts } from '../host/facts.ts';
import { suiteFor } from '../suites/registry.ts';
import { Interrupted } from './attempt.ts';
import { dispatch } from './dispatch.ts';
import { GuestSlot } from './guest-slot.ts';
import { JournalWriter } from './journal-writer.ts';
import { prepareAll } from './prepare.ts';
import { reserveFromPrepared } from './reserve-guest.ts';
import { runCell } from './run-cell.ts';
import { type RunFolder, writeRunJson } from './run-folder.ts';

export interface RunOptions {
  readonly matrix: Matrix;
  readonly plan: Plan;
  readonly folder: RunFolder;
  readonly version: string;
  readonly cacheDir: string;
  readonly qemu: QemuBinary;
  readonly accelerator: { readonly accelerator: 'kvm' | 'tcg'; readonly reason: string };
  /** Host facts for `run.json`. */
  readonly host: HostFacts;
  /** Guests at once at the most; absent: as many as memory and cores admit. */
  readonly jobs?: number;
  readonly retries: number;
  /** See the event `run-start`. */
  readonly rerun: string;
  readonly signal: AbortSignal;
  readonly onEvent: (event: JournalEvent) => void;
  /** Diagnostics that are no result. */
  readonly log: (line: string) => void;
}

/**
 * Runs a plan to its end and leaves a journal that says how it ended, whatever happened.
 * Rejects with UserError or InfraError when the run as a whole had to stop for it; an interruption is no error.
 */
export async function runMatrix(options: RunOptions): Promise<'finished' | 'interrupted'> {
  const { plan, folder, signal, log } = options;
  using journal = new JournalWriter(folder.dir);
  const emit = (event: RunEvent): void => options.onEvent(journal.append(event));

  emit(startEvent(options));
  // In the journal rather than straight to the terminal, whose live view it would tear.
  const sayStopping = (): void => {
    try {
      emit({ type: 'note', text: String(signal.reason) });
    } catch {
      // A journal that can't be written stops the run at its next event, with the reason.
    }
  };
  signal.addEventListener('abort', sayStopping, { once: true });
  const stop = new AbortController();
  const stopped = AbortSignal.any([signal, stop.signal]);
  try {
    await writeRunJson(folder, {
      id: folder.id,
      version: options.version,
      started: new Date().toISOString(),
      accelerator: options.accelerator,
      qemu: options.qemu,
      host: options.host,
      matrix: options.matrix,
    });
    const prepared = await prepareAll({ cells: plan.cells, cacheDir: options.cacheDir, signal: stopped, emit, log });
    const reserve = reserveFromPrepared({ ...options, known: options.matrix.known, capacity: { memoryBytes: options.host.memoryAvailableBytes, cores: options.host.cores }, prepared });
    const groups = groupCells(plan.cells);
    await dispatch(
      groups,
      options.jobs ?? groups.length,
      async (cells, groupSignal) => {
        await using slot = new GuestSlot(reserve, emit, groupSignal);
        const environment = {
          suiteFor: (cell: (typeof cells)[number]) => suiteFor(cell.suite),
          emit,
          signal: groupSignal,
          retries: options.retries,
          artifactDir: async (cellId: string) => folder.cellDir(cellId),
          toArtifact: (path: string) => folder.toArtifact(path),
          buildCanary: async (cell: (typeof cells)[number]) => buildCanary((await prepared(cell)).kernel, { cacheDir: options.cacheDir, signal: groupSignal, log }),
          log,
        };
        for (const cell of cells) await runCell(cell, slot, environment);
      },
      stopped,
    );
    if (signal.aborted) throw new Interrupted();
    emit({ type: 'run-end', reason: 'finished' });
    return 'finished';
  } catch (error) {
    stop.abort();
    if (signal.aborted) {
      emit({ type: 'run-end', reason: 'interrupted' });
      return 'interrupted';
    }
    // The journal itself may be what failed; then there is nowhere to say it but to the caller.
    if (!(error instanceof InfraError && error.code === 'journal-write')) {
      emit({ type: 'run-end', reason: error instanceof UserError ? 'user' : 'infra', message: describeError(error) });
    }
    throw error;
  } finally {
    signal.removeEventListener('abort', sayStopping);
  }
}

function startEvent({ folder, matrix, version, plan, host, accelerator, rerun }: RunOptions): RunEvent {
  return {
    type: 'run-start',
    runId: folder.id,
    matrix: matrix.name,
    version,
    rerun,
    host: `${hostname()}, ${host.os}, ${accelerator.accelerator}: ${accelerator.reason}`,
    cells: plan.cells.map(({ id, kernel, image, pmem, filesystem, suite, tests }) => ({
      id,
      kernel: kernel.name,
      image: image.name,
      pmem: pmem.name,
      filesystem: filesystem.name,
      suite: suite.name,
      tests,
    })),
    excluded: plan.excluded,
  };
}
