import { type Cell, CLOSE_TEST, type PlannedTest } from '../../model/cell.ts';
import type { JudgedProblem, KnownProblem } from '../../model/known-problem.ts';
import { type GuestDeath, SuiteSetupError } from '../../model/errors.ts';
import type { TestResult } from '../../model/outcome.ts';
import type { Suite, SuiteSession } from '../../model/suite.ts';
import { TIMEOUTS_MS } from '../../model/timeouts.ts';
import { type AttemptEnd, attemptTest, endOf, Interrupted, resultOfError, underDeadline } from '../attempt/attempt.ts';
import { type CellEnvironment, emitTestEnd } from '../attempt/cell-environment.ts';
import type { CellQueue, PendingTest } from '../queue/cell-queue.ts';
import { closeSession } from '../attempt/close-session.ts';
import type { BootedGuest, GuestSlot } from '../guest/guest-slot.ts';
import { judgeStray } from '../attempt/expected-problem.ts';
import { addProblems, doubt } from '../attempt/judge-observation.ts';
import { keepLockClasses } from '../attempt/keep-lock-classes.ts';
import { blameCache, findDamage, observeAttempt, type ObservedEnd } from '../attempt/observe-attempt.ts';
import { fitFilesystem } from '../../suites/shared/fit-filesystem.ts';
import { explainTimeoutScale, guestTimeoutScale } from '../guest/timeout-scale.ts';
import { messageOf } from '../../model/message-of.ts';

/** One guest's part in a cell. */
export interface Session {
  readonly cell: Cell;
  readonly suite: Suite;
  readonly booted: BootedGuest;
  /** Counts the guests of the cell from 1: the attempt of `guest/boot`, `guest/pmem` and `guest/close` in this one. */
  readonly ordinal: number;
  readonly slot: GuestSlot;
  readonly queue: CellQueue;
}

/**
 * Runs the tests of the round that is due in the slot's guest, until none is left or the guest can no longer be used;
 * the slot is then empty, as it is before a further round. Other guests may take from the queue meanwhile: where they
 * were faster, it does nothing.
 */
export async function runSession(
  { cell, suite, booted, ordinal, slot, queue }: Session,
  env: CellEnvironment,
): Promise<void> {
  const round = queue.round ?? 0;
  // Taken before anything can go wrong, so that there is a test to charge with it.
  const taken = queue.take(round);
  if (!taken) return;
  const first: PendingTest = taken;
  /** Problems that began between two tests: they are charged to `guest/close`. */
  const gap: JudgedProblem[] = [];
  let unheardGap: string | undefined;
  const { guest } = booted;
  const scale = guestTimeoutScale(booted);
  const deadlines = { guest, timeoutScale: scale, timeoutScaleWhy: explainTimeoutScale(booted), signal: env.signal };
  /** The cell's tests prove the rig: what goes astray between them does not speak of the kernel. */
  const provesTheRig = cell.tests.some(({ expects }) => expects);
  const addGap = (result: TestResult): TestResult =>
    doubt(provesTheRig ? judgeStray(result, gap) : addProblems(result, gap), unheardGap);
  const observe = async (
    { name: test, expects }: Pick<PlannedTest, 'name' | 'expects'>,
    attempt: number,
    run: () => Promise<AttemptEnd>,
    forgiven?: readonly KnownProblem[],
  ): Promise<ObservedEnd> => {
    env.emit({ type: 'test-start', cell: cell.id, test, attempt, guest: guest.id });
    const end = await observeAttempt(
      booted,
      { cell: cell.id, test, attempt, ...(expects && { expects }), mustAnswer: test === CLOSE_TEST },
      env,
      run,
      forgiven,
    );
    gap.push(...end.before);
    unheardGap ??= end.unheardBefore;
    return end;
  };

  const opened = await openSession();
  if (!opened) return;
  for (let pending: PendingTest | undefined = first; pending; pending = queue.take(round)) {
    const { test, attempt } = pending;
    const run = async (): Promise<AttemptEnd> => attemptTest({ ...deadlines, session: opened, test, attempt });
    const end = await observe(test, attempt, run, opened.forgives?.(test));
    conclude(
      pending,
      end.result.status === 'crash' || end.result.status === 'hang' ? await withSalvage(opened, pending, end) : end,
    );
    if (await env.keeper?.take(slot, { cell: cell.id, test: test.name, end }, env))
      return endWithoutClose('its guest is kept for a shell');
    if (!end.guestUsable) {
      // One that a kernel report has spent still answers, and what it met until then is what kernels are compared by.
      const answers = end.death === undefined && (end.result.status === 'fail' || end.result.status === 'pass');
      if (end.lost) endInDeath(test.name, end.lost);
      else
        endWithoutClose(
          'the guest was lost, or given up',
          answers ? await keepLockClasses(booted, { cell: cell.id, ordinal }, env) : undefined,
        );
      return slot.discard(end.death);
    }
    // It still answers, but not to any further test.
    if (opened.spent === true) {
      await close(opened);
      return slot.discard();
    }
  }
  await close(opened);
  if (queue.round !== undefined) await slot.discard();

  async function openSession(): Promise<SuiteSession | undefined> {
    try {
      const artifactDir = await env.artifactDir(cell.id);
      const { filesystem, note } = await fitFilesystem({ guest, timeoutScale: scale }, cell.filesystem);
      if (note !== undefined && ordinal === 1) env.emit({ type: 'note', text: `${cell.id}: ${note}` });
      // The host's work, which is not to use up the guest's time. Why it failed is for the suite to say.
      const canary = provesTheRig ? env.buildCanary(cell) : undefined;
      await canary?.catch(() => undefined);
      const open = suite.open({
        spec: cell.suite,
        cell: { ...cell, filesystem },
        guest,
        artifactDir,
        toArtifact: env.toArtifact,
        timeoutScale: scale,
        timeoutScaleWhy: deadlines.timeoutScaleWhy,
        usualSeconds: (test) => env.usualSeconds(cell.id, test),
        buildCanary: async () => canary ?? env.buildCanary(cell),
        log: env.log,
      });
      const end = await underDeadline(
        open.then((session) => ({ session })),
        { ...deadlines, timeoutMs: TIMEOUTS_MS.open, what: "the suite's set-up" },
      );
      if ('session' in end) return end.session;
      await endWithoutSession(await blame(end));
      return undefined;
    } catch (error) {
      if (env.signal.aborted) throw new Interrupted();
      if (error instanceof SuiteSetupError) {
        // The guest answers but can't hold this suite: a further guest of the same kind would not either.
        const result = {
          status: error.status,
          message: error.message,
          ...(error.evidence !== '' && { evidence: error.evidence }),
        };
        const end = await blame({ result, guestUsable: false });
        if (end.result !== result) {
          // A guest from sound files may well hold it: the other tests get one.
          await endWithoutSession(end);
          return undefined;
        }
        for (const pending of [first, ...queue.drain()]) report(pending.test.name, result, pending.attempt);
        endWithoutClose('the suite could not be set up');
        await env.keeper?.take(slot, { cell: cell.id, test: first.test.name, end: { result, guestUsable: true } }, env);
        await slot.discard();
        return undefined;
      }
      await endWithoutSession(await blame(endOf(error)));
      return undefined;
    }
  }

  async function blame(end: AttemptEnd): Promise<AttemptEnd> {
    const damage = await findDamage(env, cell.id, booted.startedMs, end.result);
    return damage === undefined ? end : { ...end, result: blameCache(end.result, damage) };
  }

  async function endWithoutSession(end: AttemptEnd): Promise<void> {
    conclude(first, { ...end, durationMs: 0 });
    endWithoutClose('the guest was lost while the suite was set up');
    await slot.discard(end.death);
  }

  async function close(session: SuiteSession): Promise<void> {
    const end = await observe({ name: CLOSE_TEST }, ordinal, async () => closeSession({ ...deadlines, session }));
    const classes = end.guestUsable ? await keepLockClasses(booted, { cell: cell.id, ordinal }, env) : undefined;
    const result =
      classes === undefined ? end.result : { ...end.result, artifacts: [...(end.result.artifacts ?? []), classes] };
    report(CLOSE_TEST, addGap(result), ordinal, end);
    // What the suite could not undo must not meet the next cell.
    if (!end.guestUsable || end.result.status !== 'pass') await slot.discard(end.death);
  }

  /** The last that can be had of a guest that is lost; that there is nothing costs no result. */
  async function withSalvage(
    session: SuiteSession,
    { test, attempt }: PendingTest,
    end: ObservedEnd,
  ): Promise<ObservedEnd> {
    const salvaged = await session.salvage?.(test, attempt).catch((error: unknown) => {
      env.log(`${cell.id} ${test.name}: nothing could be salvaged: ${messageOf(error)}`);
      return [];
    });
    if (!salvaged || salvaged.length === 0) return end;
    return { ...end, result: { ...end.result, artifacts: [...(end.result.artifacts ?? []), ...salvaged] } };
  }

  /** Nothing was cleaned up; yet what the kernel said between the tests must not get lost with it. */
  function endWithoutClose(message: string, kept?: string): void {
    report(CLOSE_TEST, addGap({ status: 'skip', message, ...(kept !== undefined && { artifacts: [kept] }) }), ordinal);
  }

  /** The test before keeps its failure; that the guest answered nothing after it is the kernel's failure, too. */
  function endInDeath(test: string, death: GuestDeath): void {
    const { status, message, evidence } = resultOfError(death);
    report(
      CLOSE_TEST,
      addGap({ status, message: `after ${test}: ${message}`, ...(evidence !== undefined && { evidence }) }),
      ordinal,
    );
  }

  function conclude(pending: PendingTest, end: Pick<ObservedEnd, 'result' | 'durationMs' | 'lockdep'>): void {
    const givenUp = queue.settle(pending, end.result.status);
    const message = [end.result.message, givenUp].filter((part) => part !== undefined).join('; ');
    report(pending.test.name, { ...end.result, ...(message !== '' && { message }) }, pending.attempt, end);
  }

  function report(
    test: string,
    result: TestResult,
    attempt: number,
    { durationMs, lockdep }: Pick<ObservedEnd, 'durationMs' | 'lockdep'> = { durationMs: 0 },
  ): void {
    emitTestEnd(env, { cell: cell.id, test, attempt, durationMs, ...(lockdep && { lockdep }) }, result);
  }
}
