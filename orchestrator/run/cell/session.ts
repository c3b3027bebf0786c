import { type Cell, CLOSE_TEST, type PlannedTest } from '../../model/cell.ts';
import { SuiteSetupError } from '../../model/errors.ts';
import type { KnownProblem } from '../../model/known-problem.ts';
import { messageOf } from '../../model/message-of.ts';
import type { TestResult } from '../../model/outcome.ts';
import type { Suite, SuiteSession } from '../../model/suite.ts';
import { type AttemptDeadlines, type AttemptEnd, attemptTest, endOf, resultOfError } from '../attempt/attempt.ts';
import { Interrupted } from '../../model/interrupted.ts';
import { BetweenTests } from '../attempt/between-tests.ts';
import { emitTestEnd } from '../attempt/attempt-environment.ts';
import { closeSession } from '../attempt/close-session.ts';
import { keepLockClasses } from '../attempt/keep-lock-classes.ts';
import { blameCache, findDamage, observeAttempt, type ObservedEnd } from '../attempt/observe-attempt.ts';
import type { BootedGuest, GuestSlot } from '../guest/guest-slot.ts';
import { explainTimeoutScale, guestTimeoutScale } from '../guest/timeout-scale.ts';
import type { PendingTest } from '../../model/executor.ts';
import type { CellQueue } from '../queue/cell-queue.ts';
import type { SessionEnvironment } from './cell-environment.ts';
import { openSuite } from './open-suite.ts';
import type { SessionState } from './session-state.ts';
import { present } from '../../model/present.ts';

/** One guest's part in a cell. */
export interface SessionPart {
  readonly cell: Cell;
  readonly suite: Suite;
  readonly booted: BootedGuest;
  /** Counts the guests of the cell from 1: the attempt of `guest/boot`, `guest/pmem` and `guest/close` in this one. */
  readonly ordinal: number;
  readonly slot: GuestSlot;
  readonly queue: CellQueue;
}

/** A suite in one guest, from its set-up to its clean-up: `open`, then `run` while it is opened, then `end`. */
export class CellSession {
  readonly #part: SessionPart;
  readonly #env: SessionEnvironment;
  readonly #deadlines: AttemptDeadlines;
  readonly #between: BetweenTests;

  constructor(part: SessionPart, env: SessionEnvironment) {
    const { booted, cell } = part;
    this.#part = part;
    this.#env = env;
    this.#deadlines = {
      guest: booted.guest,
      timeoutScale: guestTimeoutScale(booted),
      timeoutScaleWhy: explainTimeoutScale(booted),
      signal: env.signal,
    };
    this.#between = new BetweenTests(cell.tests.some(({ expects }) => expects));
  }

  /** Sets the suite up. What goes wrong is charged to `first`, the test that was to be the first. */
  async open(first: PendingTest): Promise<SessionState> {
    const { queue } = this.#part;
    try {
      // A guest serves one round.
      const upcoming = (): readonly string[] => queue.ahead(first.failed).map(({ test }) => test.name);
      const end = await openSuite({ ...this.#part, upcoming }, this.#deadlines, this.#env);
      return 'suite' in end ? { is: 'opened', ...end } : this.#loseUnopened(first, await this.#blame(end));
    } catch (error) {
      if (this.#env.signal.aborted) throw new Interrupted();
      if (!(error instanceof SuiteSetupError)) return this.#loseUnopened(first, await this.#blame(endOf(error)));
      const { status, message, evidence } = error;
      const result = { status, message, ...(evidence !== '' && { evidence }) };
      const end = await this.#blame({ result, guestUsable: false });
      // A guest from sound files may well hold it: the other tests get one.
      if (end.result !== result) return this.#loseUnopened(first, end);
      for (const { test, attempt } of [first, ...queue.drain()]) this.#report(test.name, result, attempt);
      return { is: 'refused', test: first.test.name, result };
    }
  }

  /** Runs one test, and says what it left of the guest. */
  async run(suite: SuiteSession, pending: PendingTest): Promise<SessionState> {
    const { cell, slot } = this.#part;
    const { test, attempt } = pending;
    const end = await this.#observe(
      test,
      attempt,
      async () => attemptTest({ ...this.#deadlines, session: suite, test, attempt }),
      suite.forgives?.(test),
    );
    const took = end.result.status === 'crash' || end.result.status === 'hang';
    this.#conclude(pending, took ? await this.#withSalvage(suite, pending, end) : end);
    if (await this.#env.keeper?.take(slot, { cell: cell.id, test: test.name, end }, this.#env)) return { is: 'kept' };
    if (!end.guestUsable) return loseAfter(test.name, end);
    return suite.spent === true ? { is: 'spent', suite } : { is: 'opened', suite };
  }

  /** Ends the session as its state wants it. The guest stays in the slot only if a next cell may meet it. */
  async end(state: SessionState): Promise<void> {
    const { cell, slot, queue } = this.#part;
    switch (state.is) {
      case 'opened':
        await this.#close(state.suite);
        // A guest serves one round.
        if (queue.round !== undefined) await slot.discard();
        return;
      case 'spent':
        await this.#close(state.suite);
        return slot.discard();
      case 'lost': {
        // What it met until then is what kernels are compared by.
        const classes = state.answers ? await this.#keepLockClasses() : undefined;
        this.#reportClose(withArtifact(state.close, classes));
        return slot.discard(state.death);
      }
      case 'kept':
        return this.#reportClose(skip('its guest is kept for a shell'));
      case 'refused': {
        this.#reportClose(skip('the suite could not be set up'));
        const failure = { cell: cell.id, test: state.test, end: { result: state.result, guestUsable: true } };
        await this.#env.keeper?.take(slot, failure, this.#env);
        return slot.discard();
      }
      default:
        return state satisfies never;
    }
  }

  #loseUnopened(first: PendingTest, end: AttemptEnd): SessionState {
    this.#conclude(first, { ...end, durationMs: 0 });
    const close = skip('the guest was lost while the suite was set up');
    return { is: 'lost', close, answers: false, death: end.death };
  }

  /** The suite's clean-up, as a test of its own. */
  async #close(suite: SuiteSession): Promise<void> {
    const { ordinal, slot } = this.#part;
    const end = await this.#observe({ name: CLOSE_TEST }, ordinal, async () =>
      closeSession({ ...this.#deadlines, session: suite }),
    );
    const classes = end.guestUsable ? await this.#keepLockClasses() : undefined;
    this.#reportClose(withArtifact(end.result, classes), end);
    // What the suite could not undo must not meet the next cell.
    if (!end.guestUsable || end.result.status !== 'pass') await slot.discard(end.death);
  }

  async #observe(
    { name: test, expects }: Pick<PlannedTest, 'name' | 'expects'>,
    attempt: number,
    run: () => Promise<AttemptEnd>,
    forgiven?: readonly KnownProblem[],
  ): Promise<ObservedEnd> {
    const { booted, cell } = this.#part;
    this.#env.emit({ type: 'test-start', cell: cell.id, test, attempt, guest: booted.guest.id });
    const place = { cell: cell.id, test, attempt, ...present({ expects }), mustAnswer: test === CLOSE_TEST };
    const end = await observeAttempt(booted, place, this.#env, run, forgiven);
    this.#between.add(end);
    return end;
  }

  async #blame(end: AttemptEnd): Promise<AttemptEnd> {
    const { booted } = this.#part;
    const damage = await findDamage(this.#env, booted.startedMs, end.result);
    return damage === undefined ? end : { ...end, result: blameCache(end.result, damage) };
  }

  /** Adds what a lost guest still has of a test; a failure to get it costs no result. */
  async #withSalvage(suite: SuiteSession, { test, attempt }: PendingTest, end: ObservedEnd): Promise<ObservedEnd> {
    const salvaged = await suite.salvage?.(test, attempt).catch((error: unknown) => {
      this.#env.log(`${this.#part.cell.id} ${test.name}: nothing could be salvaged: ${messageOf(error)}`);
      return [];
    });
    return salvaged ? { ...end, result: withArtifact(end.result, ...salvaged) } : end;
  }

  async #keepLockClasses(): Promise<string | undefined> {
    const { booted, cell, ordinal } = this.#part;
    return keepLockClasses(booted, { cell: cell.id, ordinal }, this.#env);
  }

  #conclude(pending: PendingTest, end: Pick<ObservedEnd, 'result' | 'durationMs' | 'lockdep'>): void {
    const givenUp = this.#part.queue.settle(pending, end.result.status);
    const message = [end.result.message, givenUp].filter((part) => part !== undefined).join('; ');
    this.#report(pending.test.name, { ...end.result, ...(message !== '' && { message }) }, pending.attempt, end);
  }

  /** What the kernel said between the tests counts in every end, also where nothing was cleaned up. */
  #reportClose(result: TestResult, end?: ObservedEnd): void {
    this.#report(CLOSE_TEST, this.#between.judge(result), this.#part.ordinal, end);
  }

  #report(
    test: string,
    result: TestResult,
    attempt: number,
    { durationMs, lockdep }: Pick<ObservedEnd, 'durationMs' | 'lockdep'> = { durationMs: 0 },
  ): void {
    const at = { cell: this.#part.cell.id, test, attempt, durationMs, ...present({ lockdep }) };
    emitTestEnd(this.#env, at, result);
  }
}

/** The test keeps its failure. That the guest answered nothing after it is the kernel's failure, too. */
function loseAfter(test: string, { result, death, lost }: ObservedEnd): SessionState {
  if (!lost) {
    const answers = death === undefined && (result.status === 'fail' || result.status === 'pass');
    return { is: 'lost', close: skip('the guest was lost, or given up'), answers, death };
  }
  const { status, message, evidence } = resultOfError(lost);
  const close = { status, message: `after ${test}: ${message}`, ...present({ evidence }) };
  return { is: 'lost', close, answers: false, death };
}

function skip(message: string): TestResult {
  return { status: 'skip', message };
}

function withArtifact(result: TestResult, ...artifacts: readonly (string | undefined)[]): TestResult {
  const added = artifacts.filter((artifact) => artifact !== undefined);
  return added.length === 0 ? result : { ...result, artifacts: [...(result.artifacts ?? []), ...added] };
}
