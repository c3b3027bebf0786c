import { CLOSE_TEST, isRigTest } from '../../orchestrator/model/cell.ts';
import type { JournalEvent, Stamp } from '../../orchestrator/model/event.ts';
import type { Forgiven } from '../../orchestrator/model/forgiven.ts';
import type { Outcome } from '../../orchestrator/model/outcome.ts';
import { EvidenceBudget } from './bounded-evidence.ts';
import { KernelFold } from './fold-kernel.ts';
import type { CellState, TestState } from './fold-state.ts';
import { computeGuestOutcome, computeOutcome, countOutcomes, describeFlaky, FAILURES } from './outcomes.ts';
import type { CellSummary, GuestSummary, RunEnding, RunSummary, StageSummary, TestSummary } from './summary.ts';
import { SplatFinder } from './splats.ts';
import { TimeFold } from './fold-time.ts';
import { explainUnreached } from './unreached.ts';
import { present } from '../../orchestrator/model/present.ts';

/** Shared by all that have nothing of a kind, as most attempts have neither metrics nor artifacts. */
const NONE: readonly never[] = [];

type EventOf<Type extends JournalEvent['type']> = Extract<JournalEvent, { type: Type }>;

/**
 * A run as far as its events show it, one event at a time. The live view asks it between events, the reports once at
 * the end. Knows nothing but the events, so a journal read back gives the same.
 */
export class RunFold {
  readonly cells = new Map<string, CellState>();
  readonly stages = new Map<string, StageSummary>();
  /** Counts planned and found tests; a test not yet ended is `unreached`. */
  readonly totals: Record<Outcome, number> = { ...countOutcomes([]) };
  /** Skips that ran and failed as a list of known failures expects. */
  known = 0;
  /** In the plan's estimates: of all tests, and of those that ended or never will. */
  readonly work = { totalSec: 0, settledSec: 0 };
  /** When the first cell started: kernels and images are ready by then. */
  firstCellAt: string | undefined;
  readonly #guests = new Map<number, GuestSummary>();
  readonly #notes: string[] = [];
  readonly #names = new Map<string, string>();
  readonly #reports = new Map<string, string[]>();
  readonly #splats = new SplatFinder();
  readonly #evidence = new EvidenceBudget();
  readonly #kernel = new KernelFold(this.#evidence);
  #start: Omit<EventOf<'run-start'>, 'cells'> | undefined;
  #ending: RunEnding | undefined;
  #last: Stamp | undefined;
  readonly #time = new TimeFold();
  /** Up to the last event; what lies between a controller's end and its successor's beginning does not count. */
  #elapsedMs = 0;

  /** How it ended; undefined while it goes on, and for good if its controller was killed. */
  get ending(): RunEnding | undefined {
    return this.#ending;
  }

  apply(event: JournalEvent): void {
    const passedMs = this.#last && event.type !== 'resume' ? msBetween(this.#last, event) : 0;
    this.#elapsedMs += passedMs;
    this.#time.apply(event, passedMs);
    this.#last = event;
    switch (event.type) {
      case 'run-start':
        return this.#begin(event);
      case 'resume':
        return this.#resume();
      case 'stage':
        this.stages.set(
          event.stage,
          pick(event, ['stage', 'detail', 'status', 'durationMs', 'digest', 'source', 'warnings']),
        );
        return;
      case 'cell-start':
        return this.#startCell(event);
      case 'guest-boot':
        this.#guests.set(
          event.guest,
          pick(event, ['guest', 'cell', 'accelerator', 'kernelRelease', 'bootMs', 'template', 'console']),
        );
        this.#cell(event.cell).guests.push(event.guest);
        return;
      case 'guest-end':
        return this.#endGuest(event);
      case 'guest-control':
        // What the suite made of it is in its test.
        return;
      case 'test-start':
        return this.#startTest(event);
      case 'test-end':
        return this.#endTest(event);
      case 'problem':
        return this.#addProblem(event);
      case 'cell-end':
        return this.#endCell(event);
      case 'note':
        this.#notes.push(event.text);
        return;
      case 'run-end':
        this.#ending = pick(event, ['reason', 'message']);
        return;
      default:
        event satisfies never;
    }
  }

  /** @throws Error before the first `run-start`, which every journal opens with. */
  summarize(): RunSummary {
    const start = this.#start;
    if (start === undefined) throw new Error('no run-start yet');
    const ending = this.#ending ?? { reason: 'cut-off' };
    return {
      ...pick(start, ['runId', 'matrix', 'version', 'host', 'rerun', 'excluded', 'narrowed']),
      repeat: this.repeat,
      startedAt: start.t,
      durationMs: this.#elapsedMs,
      ending,
      cells: [...this.cells.values()].map((cell) => this.#summarizeCell(cell, ending)),
      totals: { ...this.totals },
      guests: [...this.#guests.values()],
      ...this.#kernel.summarize(),
      stages: [...this.stages.values()],
      time: this.#time.summarize(),
      notes: [...this.#notes],
    };
  }

  #begin(event: EventOf<'run-start'>): void {
    // What the plan says of each test is in its state: to keep both would double what a large run takes.
    const { cells, ...start } = event;
    this.#start = start;
    this.totals.excluded += event.excluded.length;
    for (const { tests, ...plan } of cells) {
      const cell = this.#cell(plan.id, plan);
      for (const test of tests) this.#test(cell, test);
      cell.planned = cell.tests.size;
    }
  }

  /** What ran was cut off; progress counts anew what is left. */
  #resume(): void {
    this.#ending = undefined;
    this.firstCellAt = undefined;
    this.work.totalSec -= this.work.settledSec;
    this.work.settledSec = 0;
    for (const cell of this.cells.values()) cell.running.clear();
  }

  /** A round of the cell begins, or one that was cut off goes on. */
  #startCell({ cell: id, t }: EventOf<'cell-start'>): void {
    const cell = this.#cell(id);
    this.firstCellAt ??= t;
    cell.startedAt ??= t;
    cell.roundStartedMs ??= this.#elapsedMs;
    delete cell.endedAt;
  }

  #endGuest({ guest, how, detail }: EventOf<'guest-end'>): void {
    const booted = this.#guests.get(guest);
    if (booted) this.#guests.set(guest, { ...booted, end: { how, ...(detail === undefined ? {} : { detail }) } });
  }

  #addProblem(event: EventOf<'problem'>): void {
    const cell = this.#cell(event.cell);
    this.#kernel.addProblem(event, cell.plan.kernel);
    this.#splats.add(event);
    if (event.file !== undefined && event.during === 'test')
      getOrAdd(this.#reports, reportsKey(event), () => []).push(event.file);
    if (event.expected === true) return;
    // One between two tests is the guest's, and fails its close.
    const test =
      (event.during === 'gap' ? cell.tests.get(CLOSE_TEST) : undefined) ??
      this.#test(cell, { name: event.test, estimateSec: 0 });
    const signature = this.#intern(event.problem.signature);
    if (test.problems?.includes(signature) !== true) test.problems = [...(test.problems ?? []), signature];
  }

  #startTest(event: EventOf<'test-start'>): void {
    const cell = this.#cell(event.cell);
    this.#test(cell, { name: event.test, estimateSec: 0 });
    // A guest is booted for one cell, and others that it fits go on in it.
    const { guest } = event;
    if (guest !== undefined && this.#guests.has(guest) && !cell.guests.includes(guest)) cell.guests.push(guest);
    cell.running.set(attemptKey(event), { test: event.test, since: event.t, ...present({ guest }) });
  }

  #endTest(event: EventOf<'test-end'>): void {
    const cell = this.#cell(event.cell);
    const test = this.#test(cell, { name: event.test, estimateSec: 0, ...pick(event, ['parent']) });
    const key = attemptKey(event);
    const running = event.parent === undefined ? key : attemptKey({ test: event.parent, attempt: event.attempt });
    const { guest, since } = cell.running.get(running) ?? {};
    const console = guest === undefined ? undefined : this.#guests.get(guest)?.console;
    const evidence = event.evidence === undefined ? undefined : this.#evidence.take(event.evidence);
    const splats = this.#splats.take(event, evidence);
    const {
      attempt,
      status,
      durationMs,
      retried,
      message,
      forgiven,
      lockdep,
      metrics = NONE,
      artifacts = NONE,
    } = event;
    const reports = this.#takeReports(event);
    // Compact, as a run may have 100,000. V8 gives an object that begins with a spread a hidden class of its own, and a
    // list that is spread or pushed to room for 17.
    test.attempts = test.attempts.concat({
      attempt,
      status,
      durationMs,
      metrics: metrics.length === 0 ? NONE : metrics.map((each) => ({ ...each, name: this.#intern(each.name) })),
      artifacts: artifacts.length + reports.length === 0 ? NONE : [...artifacts, ...reports],
      ...present({ console, startedAt: since, retried, message, forgiven, evidence, splats, lockdep }),
    });
    this.#kernel.addCoverage(event, cell.plan.kernel);
    if (test.settledRounds < Math.min(test.attempts.length, this.repeat)) this.#settle(test);
    this.totals[test.outcome]--;
    if (test.isKnown === true) this.known--;
    // What proves the rig has to do so each time.
    test.outcome =
      isRigTest(test.name) || test.expects
        ? computeGuestOutcome(test.attempts)
        : computeOutcome(test.attempts.map(({ status }) => status));
    this.totals[test.outcome]++;
    test.isKnown = findForgiven(test) !== undefined;
    if (test.isKnown) this.known++;
    cell.running.delete(key);
  }

  /** The files with what the kernel reported in an attempt: they come before its end. */
  #takeReports(event: EventOf<'test-end'>): readonly string[] {
    if (this.#reports.size === 0) return NONE;
    const key = reportsKey(event);
    const files = this.#reports.get(key) ?? NONE;
    this.#reports.delete(key);
    return files;
  }

  /** Names of tests, metrics and signatures come again and again: kept once, they are a small part of a large run. */
  #intern(name: string): string {
    return getOrAdd(this.#names, name, () => name);
  }

  #endCell({ cell: id, t, reason }: EventOf<'cell-end'>): void {
    const cell = this.#cell(id);
    cell.endedAt = t;
    cell.roundsEnded += 1;
    cell.busyMs += this.#elapsedMs - (cell.roundStartedMs ?? this.#elapsedMs);
    delete cell.roundStartedMs;
    if (reason !== undefined) cell.endReason = reason;
    cell.running.clear();
    for (const test of cell.tests.values()) while (test.settledRounds < cell.roundsEnded) this.#settle(test);
  }

  /** A round of the test is behind it. */
  #settle(test: TestState): void {
    test.settledRounds += 1;
    this.work.settledSec += test.estimateSec;
  }

  /** How often each test is to run. */
  get repeat(): number {
    return this.#start?.repeat ?? 1;
  }

  /** An event of a cell that the plan does not know is kept under its id alone: nothing may vanish from a report. */
  #cell(
    id: string,
    plan: CellState['plan'] = { id, kernel: '', image: '', pmem: '', filesystem: '', suite: '' },
  ): CellState {
    return getOrAdd(this.cells, id, () => ({
      plan,
      tests: new Map(),
      planned: 0,
      guests: [],
      roundsEnded: 0,
      busyMs: 0,
      running: new Map(),
    }));
  }

  #test(cell: CellState, test: Pick<TestState, 'name' | 'estimateSec' | 'parent' | 'expects'>): TestState {
    return getOrAdd(cell.tests, test.name, () => {
      this.totals.unreached++;
      this.work.totalSec += test.estimateSec * this.repeat;
      const { name, estimateSec, parent, expects } = test;
      return {
        name: this.#intern(name),
        estimateSec,
        attempts: NONE,
        outcome: 'unreached',
        settledRounds: 0,
        ...present({ parent, expects }),
      };
    });
  }

  #summarizeCell(cell: CellState, ending: RunEnding): CellSummary {
    const { startedAt, endedAt, busyMs } = cell;
    const guests = cell.guests.flatMap((id) => this.#guests.get(id) ?? []);
    return {
      ...pick(cell.plan, ['id', 'kernel', 'image', 'pmem', 'filesystem', 'suite']),
      ...(startedAt === undefined ? {} : { startedAt }),
      ...(endedAt === undefined ? {} : { durationMs: busyMs }),
      tests: Array.from(cell.tests.values(), (test) =>
        summarizeTest(test, () => explainUnreached(test, cell, guests, ending)),
      ),
      guests,
    };
  }
}

function summarizeTest(test: TestState, explain: () => string): TestSummary {
  const { name, outcome, attempts, parent, expects, problems } = test;
  const message = outcome === 'unreached' ? explain() : explainOutcome(test);
  const forgiven = findForgiven(test);
  return { name, outcome, attempts, ...present({ parent, expects, problems, message, forgiven }) };
}

function findForgiven({ outcome, attempts }: TestState): Forgiven | undefined {
  return outcome === 'skip' ? attempts.findLast(({ status }) => status === 'skip')?.forgiven : undefined;
}

/** The last words that speak for the outcome; before those of a flaky test how often it failed. */
function explainOutcome({ outcome, attempts }: TestState): string | undefined {
  if (outcome === 'pass') return undefined;
  if (outcome !== 'flaky') return attempts.findLast(({ status }) => status === outcome)?.message;
  const why = attempts.findLast(({ status }) => FAILURES.has(status))?.message;
  return why === undefined ? describeFlaky(attempts) : `${describeFlaky(attempts)}: ${why}`;
}

/** By the clock that cannot be set, where both have it. */
function msBetween(before: Stamp, after: Stamp): number {
  return before.up === undefined || after.up === undefined
    ? Date.parse(after.t) - Date.parse(before.t)
    : after.up - before.up;
}

/** Distinct within one cell. */
function attemptKey({ test, attempt }: { readonly test: string; readonly attempt: number }): string {
  return `${test}#${attempt}`;
}

function reportsKey({
  cell,
  test,
  attempt,
}: {
  readonly cell: string;
  readonly test: string;
  readonly attempt: number;
}): string {
  return `${cell} ${attemptKey({ test, attempt })}`;
}

function getOrAdd<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

/** The named keys, without those that are absent: an absent key stays absent. */
function pick<Source extends object, Key extends keyof Source>(
  source: Source,
  keys: readonly Key[],
): Pick<Source, Key> {
  // The loop copies exactly the keys of Pick; TypeScript has no type for a half-built object.
  const picked = {} as Pick<Source, Key>;
  for (const key of keys) if (source[key] !== undefined) picked[key] = source[key];
  return picked;
}
