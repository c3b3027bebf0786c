import type { ExcludedCell, PlannedTest } from './cell.ts';
import type { CompilerWarning } from './compiler-warning.ts';
import type { GuestDeathKind } from './errors.ts';
import type { Forgiven } from './forgiven.ts';
import type { LockdepCoverage } from './lockdep.ts';
import type { JudgedProblem } from './known-problem.ts';
import type { AttemptStatus, Metric } from './outcome.ts';
import type { PhaseTime } from './phase-time.ts';

/** Version of the journal's lines; a reader refuses what is newer. */
export const JOURNAL_VERSION = 4;

/** What a kernel was built from, if the rig built it. */
export interface KernelProvenance {
  /** Full id of the git commit; absent for uncommitted changes, and for what is not in git. */
  readonly commit?: string;
  /** SHA-256 over the newline-terminated SHA-256 of each patch's diff, in hexadecimal; empty without patches. */
  readonly patchset: string;
}

/** What the journal says of a cell before anything runs. */
export interface PlannedCell {
  readonly id: string;
  readonly kernel: string;
  readonly image: string;
  readonly pmem: string;
  readonly filesystem: string;
  readonly suite: string;
  readonly tests: readonly PlannedTest[];
}

/**
 * Which part of a plan a run has, and what the other parts are to do. Without one of them the gap would not be seen.
 */
export interface RunShard {
  /** From 1. */
  readonly index: number;
  readonly of: number;
  /** The cells of the other parts; `at`: their place in the whole plan, from 0. */
  readonly elsewhere: readonly { readonly shard: number; readonly at: number; readonly cell: PlannedCell }[];
}

/** The switches of `HostControl`. */
export const GUEST_CONTROLS = [
  'kill',
  'power-on',
  'power-cycle',
  'reset',
  'pause',
  'resume',
  'plug',
  'unplug',
  'attach-fault',
  'detach-fault',
  'keep-durable',
  'lose-power',
  'follow-boot',
] as const;
export type GuestControl = (typeof GUEST_CONTROLS)[number];

/** One event as the run emits it; the journal adds {@link Stamp}. `test` is the full name, `guest` counts from 1. */
export type RunEvent =
  | {
      readonly type: 'run-start';
      readonly runId: string;
      readonly matrix: string;
      readonly version: string;
      readonly host: string;
      /** The shell command that ran it, with `{filter}` where `--filter GLOB` goes to run some of its cells again. */
      readonly rerun: string;
      /** Further attempts at a test that did not pass. Since version 3. */
      readonly retries?: number;
      /** Guests at most that work on one cell at once. Since version 3. */
      readonly split?: number;
      /**
       * How often each test is run, passed or failed: in so many rounds, in each of which every cell starts and ends.
       * Absent: once.
       */
      readonly repeat?: number;
      /** Some tests of the cells were left out on request: their lack says nothing. */
      readonly narrowed?: true;
      /** What the controller did from its start to this event. */
      readonly phases?: readonly PhaseTime[];
      /** The run is one part of a plan that several share. Absent: it has all of it. */
      readonly shard?: RunShard;
      readonly cells: readonly PlannedCell[];
      readonly excluded: readonly ExcludedCell[];
    }
  /** Another controller resumes the run: what was in flight is cut off, and comes again. Since version 3. */
  | {
      readonly type: 'resume';
      readonly version: string;
      readonly host: string;
      /** See `run-start`. */
      readonly phases?: readonly PhaseTime[];
    }
  /**
   * A kernel or image being made ready; `detail` names the exact version, or with `start`, which may come again, how far it is.
   * `digest` changes with what guests boot of it; `warnings` are the compiler's, of a kernel that the rig builds.
   */
  | {
      readonly type: 'stage';
      readonly stage: string;
      readonly detail: string;
      readonly status: 'start' | 'done' | 'failed';
      readonly durationMs?: number;
      readonly digest?: string;
      readonly source?: KernelProvenance;
      readonly warnings?: readonly CompilerWarning[];
    }
  | { readonly type: 'cell-start'; readonly cell: string }
  | {
      readonly type: 'guest-boot';
      readonly guest: number;
      readonly cell: string;
      readonly accelerator: string;
      /** `uname -r` in the guest. */
      readonly kernelRelease: string;
      /** Start of QEMU to the first answer over SSH. */
      readonly bootMs: number;
      /** The template from which the guest was forked; absent: it has booted. */
      readonly template?: string;
      /** Console log, relative to the run folder. */
      readonly console: string;
    }
  | {
      readonly type: 'guest-end';
      readonly guest: number;
      readonly how: 'disposed' | GuestDeathKind;
      readonly detail?: string;
    }
  /** A suite used a switch of its guest's machine: written before it acts. Since version 4. */
  | {
      readonly type: 'guest-control';
      readonly guest: number;
      readonly action: GuestControl;
      /** What exactly was asked for: `devices 0: EIO of flush 2`. */
      readonly detail?: string;
    }
  | {
      readonly type: 'test-start';
      readonly cell: string;
      readonly test: string;
      readonly attempt: number;
      readonly guest?: number;
      /** Of a boot: how long it had to wait before for room on the host. */
      readonly waitedMs?: number;
    }
  | {
      readonly type: 'test-end';
      readonly cell: string;
      readonly test: string;
      readonly attempt: number;
      readonly status: AttemptStatus;
      readonly durationMs: number;
      readonly message?: string;
      readonly evidence?: string;
      /** Since version 4; before, the first words of the message said it. */
      readonly forgiven?: Forgiven;
      readonly metrics?: readonly Metric[];
      readonly artifacts?: readonly string[];
      /** The test that ran it, for a TAP line found inside another test. */
      readonly parent?: string;
      /** The guest did not come up, and another takes its place. */
      readonly retried?: true;
      /** On kernels with PROVE_LOCKING. */
      readonly lockdep?: LockdepCoverage;
      /** Of a boot: its steps from the start of the test on. */
      readonly phases?: readonly PhaseTime[];
    }
  /** A kernel report; written before the end of the test that it belongs to. Since version 2. */
  | ({
      readonly type: 'problem';
      readonly cell: string;
      readonly guest: number;
      /** The test during which it began, or before which if it began in no test. */
      readonly test: string;
      readonly attempt: number;
      readonly during: 'test' | 'gap';
      /** The whole report as text, relative to the run folder. */
      readonly file?: string;
    } & JudgedProblem)
  /** `reason`: why some of its tests are left over, where the run ended it before they were reached. */
  | { readonly type: 'cell-end'; readonly cell: string; readonly reason?: string }
  | { readonly type: 'note'; readonly text: string }
  | {
      readonly type: 'run-end';
      readonly reason: 'finished' | 'interrupted' | 'infra' | 'user';
      readonly message?: string;
    };

export interface Stamp {
  readonly v: number;
  /** ISO 8601, UTC, milliseconds. */
  readonly t: string;
  /**
   * Milliseconds on a clock that cannot be set, from an origin that all events of one controller share: what lies
   * between two events. Absent in journals of older rigs, and in merged ones, whose events come from several machines.
   */
  readonly up?: number;
}

export type JournalEvent = RunEvent & Stamp;
