import { groupCells } from '../plan/boot-groups.ts';
import { orderRound } from '../plan/order-round.ts';
import { scheduleGroups } from '../plan/schedule-groups.ts';
import { guestsAtOnce } from '../host/guests-at-once.ts';
import { describeError, InfraError, UserError } from '../model/errors.ts';
import type { JournalEvent, RunEvent } from '../model/event.ts';
import type { Controller, PrepareExecutor } from '../model/executor.ts';
import { Interrupted } from '../model/interrupted.ts';
import { dispatch } from './queue/dispatch.ts';
import { JournalWriter } from './record/journal-writer.ts';
import { mendJournal } from './record/mend-journal.ts';
import { describeRun, resumeEvents, type RunFacts, startEvent } from './first-events.ts';
import { OrderBook } from './executor/order-book.ts';
import { removeLeftovers, type ResumedRun } from './resume/resume-run.ts';
import { writeRunJson } from './record/run-folder.ts';
import type { UsualDurations } from './prepare/usual-durations.ts';

export interface RunOptions extends RunFacts {
  /** Groups of cells at once at the most; absent: all of them, as their executor has room. */
  readonly jobs?: number;
  readonly usual: UsualDurations;
  /** What an earlier controller has done of the run; absent: nothing. */
  readonly resumed?: ResumedRun;
  /** Who runs the cells. */
  readonly prepareExecutor: PrepareExecutor;
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
    const executor = await options.prepareExecutor({
      cells: plan.cells,
      earlier: resumed?.past.stages ?? new Map(),
      signal: stopped,
      emit,
      log,
    });
    let guests = resumed?.lastGuest ?? 0;
    const controller: Controller = { emit, log, nextGuest: async () => (guests += 1) };
    const orders = new OrderBook(options);
    // A round is over before the next begins: a test's attempts are in order, and the kernels take turns.
    for (let round = 1; round <= options.repeat; round++) {
      const due = plan.cells.filter(({ id }) => round > (resumed?.past.cells.get(id)?.roundsEnded ?? 0));
      const whole = groupCells(due);
      // The rounds of kernels that are compared take turns, whatever is longest.
      const groups =
        options.repeat > 1 ? orderRound(whole, round) : scheduleGroups(whole, guestsAtOnce(plan.cells, options));
      await dispatch(
        groups,
        options.jobs ?? groups.length,
        async (cells, groupSignal) => {
          const end = await executor.run(orders.compose(cells, round), controller, groupSignal);
          orders.settle(end);
        },
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
