import { isRigTest, type PlannedTest } from '../../model/cell.ts';
import type { JournalEvent, RunEvent } from '../../model/event.ts';
import type { AttemptStatus } from '../../model/outcome.ts';
import type { PendingTest } from '../../model/executor.ts';
import { planNextAttempt } from '../queue/cell-queue.ts';

export type RunStart = Extract<RunEvent, { type: 'run-start' }>;

/** What one cell had come to when its controller ended. */
export interface PastCell {
  /** Rounds that came to their end; without repeats there is one. */
  roundsEnded: number;
  /** Guests that it had begun with; its further ones count on from there. */
  guests: number;
  /** A test's attempts by its name, in the order of their beginning. */
  readonly attempts: Map<string, PastAttempt[]>;
}

/** One without a status was cut off. */
interface PastAttempt {
  readonly attempt: number;
  status?: AttemptStatus;
}

/** What a journal says of a run that is to go on; apply its events in order. */
export class PastRun {
  readonly cells = new Map<string, PastCell>();
  /** `digest` and `detail` of each kernel and image that was ready. */
  readonly stages = new Map<string, { readonly digest?: string; readonly detail: string }>();
  /** The version of the journal's first line. */
  version = 0;
  start: RunStart | undefined;
  /** The run came to its end, be it good or bad. */
  finished = false;
  host = '';

  apply(event: JournalEvent): void {
    this.finished = event.type === 'run-end' && event.reason === 'finished';
    switch (event.type) {
      case 'run-start':
        this.start ??= event;
        this.version = event.v;
        this.host = event.host;
        return;
      case 'resume':
        this.host = event.host;
        return;
      case 'stage':
        if (event.status === 'done') this.stages.set(event.stage, event);
        return;
      case 'test-start':
        this.#begin(event.cell, event.test, event.attempt);
        return;
      case 'test-end':
        if (event.parent !== undefined) return;
        this.#begin(event.cell, event.test, event.attempt).status = event.status;
        return;
      case 'cell-end':
        this.#cell(event.cell).roundsEnded += 1;
        return;
      case 'cell-start':
      case 'guest-boot':
      case 'guest-end':
      case 'guest-control':
      case 'problem':
      case 'note':
      case 'run-end':
        return;
      default:
        event satisfies never;
    }
  }

  #begin(id: string, test: string, attempt: number): PastAttempt {
    const cell = this.#cell(id);
    if (isRigTest(test)) cell.guests = Math.max(cell.guests, attempt);
    const attempts = cell.attempts.get(test) ?? [];
    cell.attempts.set(test, attempts);
    const known = attempts.find((one) => one.attempt === attempt);
    if (known) return known;
    const begun: PastAttempt = { attempt };
    attempts.push(begun);
    return begun;
  }

  #cell(id: string): PastCell {
    const known = this.cells.get(id);
    if (known) return known;
    const cell: PastCell = { roundsEnded: 0, guests: 0, attempts: new Map() };
    this.cells.set(id, cell);
    return cell;
  }
}

/**
 * The attempt that a test of an unfinished cell still wants, if any. What was cut off comes again, and so does what the
 * rig or its host failed at: neither says anything of the test. Both count for numbering alone, so that no artifact is
 * overwritten.
 */
export function planRemaining(
  test: PlannedTest,
  attempts: readonly PastAttempt[],
  retries: number,
): PendingTest | undefined {
  const attempt = 1 + lastAttempt(attempts);
  let next: PendingTest | undefined = { test, attempt, failed: 0, deaths: 0 };
  for (const { status } of attempts)
    if (next && countsAsResult(test, status)) next = planNextAttempt(next, status, retries).next;
  return next && { ...next, attempt };
}

/**
 * As {@link planRemaining}, for a round of a run that repeats its tests: the attempt that the test wants in it, if any.
 * @param round counts from 1, and has not ended
 */
export function planRound(test: PlannedTest, attempts: readonly PastAttempt[], round: number): PendingTest | undefined {
  const done = attempts.filter(({ status }) => countsAsResult(test, status)).length;
  return done >= round ? undefined : { test, attempt: lastAttempt(attempts) + round - done, failed: 0, deaths: 0 };
}

function lastAttempt(attempts: readonly PastAttempt[]): number {
  return attempts.reduce((max, { attempt }) => Math.max(max, attempt), 0);
}

/** An `infra` says nothing of the test, but for one that plants a problem: there it says that the rig missed it. */
function countsAsResult({ expects }: PlannedTest, status: AttemptStatus | undefined): status is AttemptStatus {
  return status !== undefined && (status !== 'infra' || expects !== undefined);
}
