import { CLOSE_TEST, isRigTest, PMEM_TEST } from '../../orchestrator/model/cell.ts';
import type { JournalEvent } from '../../orchestrator/model/event.ts';
import type { PhaseTime } from '../../orchestrator/model/phase-time.ts';

/** What went on when, on a clock that begins with the controller and stands still between two of them. */
export interface TimeSummary {
  /** Up to the last event. */
  readonly wallMs: number;
  /** When the first test began that is not the rig's own. */
  readonly firstTestMs?: number;
  /** By phase, begin and end of each time in turns: a run may have 100,000 of them. */
  readonly spans: ReadonlyMap<string, readonly number[]>;
}

interface Open {
  readonly fromMs: number;
  readonly guest?: number | undefined;
}

/** Rows whose names are not the journal's. */
const TESTS = 'tests';
const LISTENING = 'hear the kernel out';

/** The phases of a run, from the events that begin and end them. */
export class TimeFold {
  readonly #spans = new Map<string, number[]>();
  readonly #open = new Map<string, Open>();
  /** What a guest waits for between two of its tests. */
  readonly #between = new Map<number, Open & { readonly phase: string }>();
  #nowMs = 0;
  #firstTestMs: number | undefined;

  /** `passedMs`: since the event before. */
  apply(event: JournalEvent, passedMs: number): void {
    this.#nowMs += passedMs;
    switch (event.type) {
      case 'run-start':
      case 'resume':
        // What went on was cut off; nobody knows when.
        this.#open.clear();
        this.#between.clear();
        this.#nowMs = this.#layOut(event.phases, this.#nowMs);
        return;
      case 'stage':
        return this.#applyStage(event);
      case 'test-start':
        return this.#startTest(event);
      case 'test-end':
        return this.#endTest(event);
      case 'guest-end':
        return this.#leave(event.guest, 'let the guest go');
      case 'cell-start':
      case 'cell-end':
      case 'guest-boot':
      case 'guest-control':
      case 'problem':
      case 'note':
      case 'run-end':
        return;
      default:
        event satisfies never;
    }
  }

  summarize(): TimeSummary {
    const first = this.#firstTestMs;
    return { wallMs: this.#nowMs, ...(first !== undefined && { firstTestMs: first }), spans: this.#spans };
  }

  #applyStage({ stage, status }: JournalEvent & { readonly type: 'stage' }): void {
    const begun = this.#open.get(stage);
    if (status === 'start') {
      if (!begun) this.#open.set(stage, { fromMs: this.#nowMs });
      return;
    }
    this.#open.delete(stage);
    if (begun) this.#add(`prepare ${stage}`, begun.fromMs, this.#nowMs);
  }

  #startTest({ cell, test, attempt, guest, waitedMs = 0 }: JournalEvent & { readonly type: 'test-start' }): void {
    this.#add('wait for room', this.#nowMs - waitedMs, this.#nowMs);
    if (guest !== undefined) this.#leave(guest);
    if (!isRigTest(test)) this.#firstTestMs ??= this.#nowMs;
    this.#open.set(testKey(cell, test, attempt), { fromMs: this.#nowMs, guest });
  }

  #endTest(event: JournalEvent & { readonly type: 'test-end' }): void {
    const { cell, test, attempt, durationMs, phases } = event;
    const key = testKey(cell, test, attempt);
    const begun = this.#open.get(key);
    // One that was found in another has no time of its own, one that never began has none at all.
    if (!begun) return;
    this.#open.delete(key);
    const { fromMs, guest } = begun;
    const ownEnd = Math.min(this.#nowMs, fromMs + durationMs);
    const end = phases ? this.#layOut(phases, fromMs) : ownEnd;
    if (!phases) this.#add(isRigTest(test) ? test : TESTS, fromMs, ownEnd);
    this.#add(LISTENING, end, this.#nowMs);
    if (guest === undefined) return;
    const phase = test === PMEM_TEST ? 'set the suite up' : test === CLOSE_TEST ? 'between cells' : 'between tests';
    this.#between.set(guest, { fromMs: this.#nowMs, phase });
  }

  /** Ends what lies between two tests of a guest, for which its end has another word. */
  #leave(guest: number, phase?: string): void {
    const between = this.#between.get(guest);
    this.#between.delete(guest);
    if (between) this.#add(phase ?? between.phase, between.fromMs, this.#nowMs);
  }

  /** One after the other; gives the end of the last. */
  #layOut(phases: readonly PhaseTime[] = [], fromMs: number): number {
    let atMs = fromMs;
    for (const { phase, ms } of phases) this.#add(phase, atMs, (atMs += ms));
    return atMs;
  }

  #add(phase: string, fromMs: number, toMs: number): void {
    if (toMs <= fromMs) return;
    const spans = this.#spans.get(phase);
    if (spans) spans.push(fromMs, toMs);
    else this.#spans.set(phase, [fromMs, toMs]);
  }
}

function testKey(cell: string, test: string, attempt: number): string {
  return `${cell} ${test}#${attempt}`;
}
