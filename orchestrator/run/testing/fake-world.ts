import { setTimeout as sleep } from 'node:timers/promises';
import type { Hearing } from '../../../guests/hearing/hear-guest.ts';
import type { GuestAccess } from '../../../guests/ssh/access.ts';
import type { Cell, CellId } from '../../model/cell.ts';
import type { Accelerator } from '../../model/accelerator.ts';
import { BOOT_TEST, CLOSE_TEST, PMEM_TEST } from '../../model/cell.ts';
import type { GuestDeath } from '../../model/errors.ts';
import type { RunEvent } from '../../model/event.ts';
import type { ExecResult } from '../../model/guest.ts';
import type { HostControl } from '../../model/host-control.ts';
import type { KnownProblem } from '../../model/known-problem.ts';
import type { SuiteSpec } from '../../model/matrix.ts';
import type { TestResult } from '../../model/outcome.ts';
import type { KernelProblem } from '../../model/problem.ts';
import type { Suite, SuiteContext } from '../../model/suite.ts';
import { Admission } from '../../host/admission.ts';
import type { CellEnvironment } from '../cell/cell-environment.ts';
import { runCell } from '../cell/run-cell.ts';
import type { CellStart } from '../../model/executor.ts';
import { startCell } from '../queue/cell-queue.ts';
import { observeGuest } from '../kernel/observe-guest.ts';
import { openLocalArtifacts } from '../record/local-artifacts.ts';
import {
  type BootedGuest,
  GuestSlot,
  type GuestToBoot,
  type ReserveGuest,
  type SlotGuest,
} from '../guest/guest-slot.ts';
import { present } from '../../model/present.ts';

/** What a fake test does: a result, or its guest's death, or never ending. */
export type Script = TestResult | GuestDeath | 'never' | Error;

/**
 * A world without QEMU for the worker's rules: `scripts[test]` says what each attempt does, `boots` what each boot does
 * (default: it succeeds). All that a real worker does with events, deaths and deadlines is the real code.
 */
export function fakeWorld(options: {
  readonly scripts: Readonly<Record<string, readonly Script[]>>;
  readonly boots?: readonly (Error | 'ok')[];
  readonly pmemProblems?: readonly string[];
  readonly openError?: Error;
  readonly closeError?: Error;
  /** Tests after which the suite calls its guest spent, or that bring a kernel problem about themselves. */
  readonly spends?: readonly string[];
  readonly forgives?: Readonly<Record<string, readonly KnownProblem[]>>;
  /** What the kernel reported in each test, by its name. A `marker` of its own puts a problem elsewhere. */
  readonly problems?: Readonly<Record<string, readonly Partial<KernelProblem>[]>>;
  readonly known?: readonly KnownProblem[];
  /** How the mark at the end of a test was heard, or the guest's death by it. */
  readonly hearings?: Readonly<Record<string, Partial<Hearing> | GuestDeath>>;
  /** How the mark at the beginning of a test was heard. */
  readonly hearingsBefore?: Readonly<Record<string, Partial<Hearing>>>;
  /** `debug_locks` in a guest (counted from 1) after a test; absent: a kernel without lockdep. */
  readonly lockdep?: (guest: number, test: string) => 0 | 1;
  readonly retries?: number;
  readonly needsFreshGuest?: boolean;
  /** What the suite salvages of a test, or why it cannot; absent: such a suite has nothing to salvage. */
  readonly salvages?: Readonly<Record<string, readonly string[] | Error>>;
  /** How long a test takes, in ms; absent: no time. */
  readonly lastsMs?: Readonly<Record<string, number>>;
  /** What guests run on; absent: KVM. */
  readonly accelerator?: Accelerator;
  /** Room on the host for so many guests; absent: for all. */
  readonly room?: number;
  /** Guests at once; the suite allows it. */
  readonly split?: number;
  readonly testTimeoutMs?: number;
  /** How others would get into a guest; absent: not at all. */
  readonly access?: GuestAccess;
  /** The switches of all guests; absent: they have no switches. */
  readonly host?: HostControl;
  /** When guests began to boot; absent: from no files. */
  readonly startedMs?: number;
}) {
  const events: RunEvent[] = [];
  const controller = new AbortController();
  const disposed: number[] = [];
  /** What the suite heard of each guest that it was set up in. */
  const opened: Pick<SuiteContext<SuiteSpec>, 'timeoutScale' | 'timeoutScaleWhy'>[] = [];
  /** What was ahead of the suite's guest when it ran each test. */
  const ahead: string[] = [];
  const reported = new Set<string>();
  const ended = new Set<string>();
  let boots = 0;
  let running = '';

  const admission = new Admission({ memoryBytes: options.room ?? Infinity, cores: Infinity });
  const boot = async ({ id, known }: GuestToBoot): Promise<Omit<BootedGuest, 'release'>> => {
    boots += 1;
    const failure = options.boots?.[boots - 1];
    if (failure instanceof Error) throw failure;
    let mark = '';
    const guest: SlotGuest = {
      ...fakeGuest(id, disposed, options.pmemProblems ?? []),
      mark: async (text) => {
        mark = text;
        const begins = /^test-begin \d+ (.*)#\d+ /.exec(text)?.[1];
        if (begins !== undefined) {
          running = begins;
          return { ...HEARD, ...options.hearingsBefore?.[begins] };
        }
        const hearing = text.startsWith('test-end') && !ended.has(running) ? options.hearings?.[running] : undefined;
        if (text.startsWith('test-end')) ended.add(running);
        if (hearing instanceof Error) throw hearing;
        return { ...HEARD, ...hearing };
      },
      ask: async () => lockdepStats(options.lockdep?.(boots, running)),
      exec: async () => answer('stacks of the stuck task'),
    };
    let begun = '';
    const takeProblems = (): KernelProblem[] => {
      const found = reported.has(running) ? [] : (options.problems?.[running] ?? []);
      reported.add(running);
      return found.map((problem) => ({ ...PROBLEM, ...(begun !== '' && { marker: begun }), ...problem }));
    };
    const observer = observeGuest({
      guest: {
        ...guest,
        mark: async (text) => {
          const hearing = await guest.mark(text);
          if (text.startsWith('test-begin')) begun = mark;
          return hearing;
        },
        takeProblems,
      },
      known,
      log: () => undefined,
    });
    return {
      guest,
      observer,
      accelerator: options.accelerator ?? 'kvm',
      console: `guests/${id}/console.log`,
      consoleFile: '/nonexistent/console.log',
      ...present({ host: options.host, access: options.access, startedMs: options.startedMs }),
    };
  };
  const reserve: ReserveGuest = async (_cell, signal) => {
    const release = await admission.acquire({ memoryBytes: 1, cores: 1 }, signal);
    return {
      release,
      boot: async (guest) =>
        boot(guest).then(
          (booted) => ({ ...booted, release }),
          (error: unknown) => (release(), Promise.reject(error)),
        ),
    };
  };

  const attempts = new Map<string, number>();
  const suite: Suite = {
    kind: 'fio',
    needsFreshGuest: options.needsFreshGuest ?? false,
    splittable: true,
    plan: () => [],
    open: async ({ timeoutScale, timeoutScaleWhy, upcoming }) => {
      opened.push({ timeoutScale, timeoutScaleWhy });
      if (options.openError) throw options.openError;
      return {
        testTimeoutMs: () => options.testTimeoutMs ?? 5_000,
        get spent() {
          return options.spends?.includes(running) ?? false;
        },
        ...(options.salvages && {
          salvage: async ({ name }) => {
            const salvaged = options.salvages?.[name] ?? [];
            if (salvaged instanceof Error) throw salvaged;
            return salvaged;
          },
        }),
        forgives: ({ name }) => options.forgives?.[name] ?? [],
        run: async ({ name }) => {
          ahead.push(`${name}: ${upcoming?.().join(' ') ?? ''}`);
          const attempt = (attempts.get(name) ?? 0) + 1;
          attempts.set(name, attempt);
          const script = options.scripts[name]?.[attempt - 1] ?? { status: 'pass' };
          const lastsMs = options.lastsMs?.[name];
          if (lastsMs !== undefined) await sleep(lastsMs);
          if (script === 'never') return new Promise(() => undefined);
          if (script instanceof Error) throw script;
          return script;
        },
        close: async () => {
          if (options.closeError) throw options.closeError;
        },
      };
    },
  };

  const environment: CellEnvironment = {
    emit: (event) => events.push(event),
    signal: controller.signal,
    retries: options.retries ?? 0,
    split: options.split ?? 1,
    openSlot: (signal) => openSlot(signal),
    // Nothing can be made below a file: the reports of kernel problems stay in the events alone.
    artifacts: openLocalArtifacts('/dev/null', 'cell'),
    usualSeconds: () => undefined,
    buildCanary: async () => ({ kind: 'impossible', reason: 'no kernel is behind a fake guest' }),
    buildGuestTool: async () => ({ kind: 'impossible', reason: 'no compiler' }),
    log: () => undefined,
  };
  let guests = 0;
  const openSlot = (signal: AbortSignal): GuestSlot =>
    new GuestSlot({
      reserve,
      controller: { emit: environment.emit, nextGuest: async () => (guests += 1) },
      known: options.known ?? [],
      signal,
    });
  const slot = openSlot(controller.signal);
  return {
    events,
    suite,
    reserve,
    /** Runs a cell as a worker does, where `other` does not say otherwise. */
    runCell: async (cell: Cell, other: Partial<CellEnvironment> & { suite?: Suite; start?: CellStart } = {}) => {
      const task = { cell, suite: other.suite ?? suite, start: other.start ?? startCell(cell) };
      return runCell(task, slot, { ...environment, ...other });
    },
    controller,
    disposed,
    opened,
    ahead,
    environment,
    slot,
    boots: () => boots,
  };
}

export function fakeCell(id: string, tests: readonly string[]): Cell {
  return {
    id: id as CellId,
    kernel: { kind: 'debian', name: 'k', release: 'bookworm', flavour: 'amd64' },
    image: { kind: 'debian', name: 'i', release: 'bookworm', packages: [] },
    pmem: { name: 'nvdimm', devices: [] },
    filesystem: { name: 'none', type: 'none', mountOptions: '', mkfsOptions: [] },
    suite: { kind: 'fio', name: 'fio' },
    guest: { cpus: 1, memoryBytes: 1, append: [] },
    tests: [BOOT_TEST, PMEM_TEST, ...tests, CLOSE_TEST].map((name) => ({ name, estimateSec: 1 })),
  };
}

const PROBLEM: KernelProblem = {
  kind: 'bug',
  title: 'BUG: planted',
  signature: 'bug: planted',
  lines: ['Call Trace:'],
  truncated: false,
  fatal: false,
  blame: 'kernel',
};

function answer(stdout: string): ExecResult {
  return { exitCode: 0, signal: null, stdout, stderr: '', truncated: false, timedOut: false, durationMs: 1 };
}

function lockdepStats(debugLocks: 0 | 1 | undefined): string {
  return debugLocks === undefined
    ? ''
    : ` lock-classes: 10 [max: 8192]\n direct dependencies: 20 [max: 32768]\n dependency chains: 30 [max: 65536]\n debug_locks: ${debugLocks}\n`;
}

const HEARD: Hearing = { onConsole: true, lost: 0, lostOnConsole: false, dropped: 0 };

async function refuse(): Promise<never> {
  throw new Error('not in a fake guest');
}

function fakeGuest(id: number, disposed: number[], problems: readonly string[]): SlotGuest {
  return {
    id,
    kernelRelease: '6.12-fake',
    bootMs: 1,
    devices: [],
    death: new Promise(() => undefined),
    setUpPmem: async () => ({ problems }),
    dispose: async () => void disposed.push(id),
    exec: async () => answer(''),
    upload: refuse,
    write: refuse,
    download: refuse,
    mark: async () => HEARD,
    ask: async () => '',
  };
}
