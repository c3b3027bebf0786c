import { buildCanary } from '../../guests/canary/build-canary.ts';
import { groupCells } from '../plan/boot-groups.ts';
import { orderRound } from '../plan/order-round.ts';
import type { Cell } from '../model/cell.ts';
import { describeError, InfraError, UserError } from '../model/errors.ts';
import type { JournalEvent, RunEvent } from '../model/event.ts';
import { suiteFor } from '../suites/registry.ts';
import { Interrupted } from './attempt/attempt.ts';
import type { CellEnvironment } from './cell/cell-environment.ts';
import { type CellStart, startCell } from './queue/cell-queue.ts';
import { dispatch } from './queue/dispatch.ts';
import { GuestSlot } from './guest/guest-slot.ts';
import type { GuestKeeper } from './attempt/keep-guest.ts';
import { JournalWriter } from './record/journal-writer.ts';
import { createCacheMender } from './guest/mend-cache.ts';
import { mendJournal } from './record/mend-journal.ts';
import { describeRun, resumeEvents, type RunFacts, startEvent } from './first-events.ts';
import { prepareAgain, prepareAll } from './prepare/prepare.ts';
import { reserveFromPrepared } from './guest/reserve-guest.ts';
import { removeLeftovers, type ResumedRun, startCellAgain } from './resume/resume-run.ts';
import { runCell } from './cell/run-cell.ts';
import { writeRunJson } from './record/run-folder.ts';
import type { UsualDurations } from './prepare/usual-durations.ts';

export interface RunOptions extends RunFacts {
  readonly cacheDir: string;
  /** Guests at once at the most; absent: as many as memory and cores admit. */
  readonly jobs?: number;
  readonly usual: UsualDurations;
  /** What an earlier controller has done of the run; absent: nothing. */
  readonly resumed?: ResumedRun;
  /** Takes the guest of the first failure, if one is to be kept. */
  readonly keeper?: GuestKeeper;
  readonly signal: AbortSignal;
  readonly onEvent: (event: JournalEvent) => void;
  /** Diagnostics that are no result. */
  readonly log: (line: string) => void;
}

/**
 * Runs a plan to its end and leaves a journal that says how it ended, in every case.
 * Rejects with UserError or InfraError when the run as a whole had to stop for it; an interruption is no error.
 */
export async function runMatrix(options: RunOptions): Promise<'finished' | 'interrupted'> {
  const { plan, folder, resumed, signal, log } = options;
  if (resumed) await mendJournal(folder.dir);
  else await writeRunJson(folder, describeRun(options));
  using journal = new JournalWriter(folder.dir);
  const emit = (event: RunEvent): void => options.onEvent(journal.append(event));

  for (const event of resumed ? resumeEvents(options, resumed) : [startEvent(options)]) emit(event);
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
    if (resumed) await removeLeftovers(folder.dir);
    const prepared = await prepareAll({
      cells: plan.cells,
      cacheDir: options.cacheDir,
      ...(resumed && { earlier: resumed.past.stages }),
      signal: stopped,
      emit,
      log,
    });
    const reserve = reserveFromPrepared({
      ...options,
      lastGuest: resumed?.lastGuest ?? 0,
      known: options.matrix.known,
      capacity: { memoryBytes: options.host.memoryAvailableBytes, cores: options.host.cores },
      prepared,
    });
    const mend = createCacheMender({
      cacheDir: options.cacheDir,
      signal: stopped,
      log,
      prepared,
      prepareAgain: async (cell) => prepareAgain(cell, { cacheDir: options.cacheDir, signal: stopped, log }),
    });
    const guestsUsed = new Map(resumed && Array.from(resumed.past.cells, ([id, { guests }]) => [id, guests]));
    const runGroup = async (cells: readonly Cell[], round: number, groupSignal: AbortSignal): Promise<void> => {
      await using slot = new GuestSlot(reserve, emit, groupSignal);
      const startOf = (cell: Cell): CellStart => {
        const guests = guestsUsed.get(cell.id) ?? 0;
        return resumed ? startCellAgain(cell, resumed.past, options, round, guests) : startCell(cell, round, guests);
      };
      const environmentOf = (cell: Cell): CellEnvironment => ({
        emit,
        signal: groupSignal,
        retries: options.retries,
        split: options.split,
        openSlot: (slotSignal) => new GuestSlot(reserve, emit, slotSignal),
        artifacts: folder.artifactsOf(cell.id),
        usualSeconds: (test) => options.usual.get(cell.id)?.get(test),
        buildCanary: async () =>
          buildCanary((await prepared(cell)).kernel, { cacheDir: options.cacheDir, signal: groupSignal, log }),
        mendCache: async (sinceMs) => mend(cell, sinceMs),
        ...(options.keeper && { keeper: options.keeper }),
        log,
      });
      for (const cell of cells) {
        const task = { cell, suite: suiteFor(cell.suite), start: startOf(cell) };
        guestsUsed.set(cell.id, await runCell(task, slot, environmentOf(cell)));
      }
    };
    // A round is over before the next begins: a test's attempts are in order, and the kernels take turns.
    for (let round = 1; round <= options.repeat; round++) {
      const due = plan.cells.filter(({ id }) => round > (resumed?.past.cells.get(id)?.roundsEnded ?? 0));
      const groups = orderRound(groupCells(due), round);
      await dispatch(
        groups,
        options.jobs ?? groups.length,
        async (cells, groupSignal) => runGroup(cells, round, groupSignal),
        stopped,
      );
    }
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
