import type { TimeSummary } from './fold-time.ts';
import type { CompilerWarning } from '../../orchestrator/model/compiler-warning.ts';
import type { KernelProvenance } from '../../orchestrator/model/event.ts';
import type { GuestDeathKind } from '../../orchestrator/model/errors.ts';
import type { ExpectedProblem } from '../../orchestrator/model/expected-problem.ts';
import type { Forgiven } from '../../orchestrator/model/forgiven.ts';
import type { LockdepCoverage } from '../../orchestrator/model/lockdep.ts';
import type { ProblemKind } from '../../orchestrator/model/problem.ts';
import type { AttemptStatus, Metric, Outcome } from '../../orchestrator/model/outcome.ts';

/** What all reports are made of: a run as its journal shows it, see {@link RunFold}. */
export interface RunSummary {
  readonly runId: string;
  /** The matrix as the user named it. */
  readonly matrix: string;
  /** Version of the pmemrig that ran. */
  readonly version: string;
  readonly host: string;
  /** See the event `run-start`. */
  readonly rerun: string;
  /** The folder of runs that it lies in, absolute, where that is not the usual one: commands have to name it. */
  readonly runs?: string;
  /** How often each test was to run; see the event `run-start`. */
  readonly repeat: number;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** From `run-start` to the last event. */
  readonly durationMs: number;
  readonly ending: RunEnding;
  /** Some tests of its cells were left out on request: their lack says nothing. */
  readonly narrowed?: true;
  /** In plan order. */
  readonly cells: readonly CellSummary[];
  /** Cells that a rule of the matrix left out; each counts as one `excluded`. */
  readonly excluded: readonly { readonly id: string; readonly reason: string }[];
  readonly totals: Totals;
  readonly guests: readonly GuestSummary[];
  /** What kernels reported, one entry a signature and kernel, in the order of their first appearance. */
  readonly problems: readonly ProblemSummary[];
  /** One entry for each kernel that has PROVE_LOCKING. */
  readonly lockdep: readonly LockdepSummary[];
  readonly stages: readonly StageSummary[];
  readonly time: TimeSummary;
  readonly notes: readonly string[];
}

export type Totals = Readonly<Record<Outcome, number>>;

/**
 * `cut-off`: the journal has no end; its controller was killed, or still runs. `running`: it surely does, see
 * `asRunning`.
 */
export interface RunEnding {
  readonly reason: 'finished' | 'interrupted' | 'infra' | 'user' | 'cut-off' | 'running';
  readonly message?: string;
}

export interface CellSummary {
  readonly id: string;
  readonly kernel: string;
  readonly image: string;
  readonly pmem: string;
  readonly filesystem: string;
  readonly suite: string;
  readonly startedAt?: string;
  /** From `cell-start` to `cell-end`, over all rounds; absent for a cell that did not end. */
  readonly durationMs?: number;
  /** Planned ones first, in their order, then those found while running. */
  readonly tests: readonly TestSummary[];
  /** The guests that it used, in order. */
  readonly guests: readonly GuestSummary[];
}

export interface TestSummary {
  /** `suite/name`, unique in the cell. */
  readonly name: string;
  readonly outcome: Outcome;
  readonly attempts: readonly AttemptSummary[];
  /** Why it is not a plain pass; for `unreached`: what kept the run from it. */
  readonly message?: string;
  /** For a `skip` that did run: its failure was expected. */
  readonly forgiven?: Forgiven;
  /** The test in which it was found. */
  readonly parent?: string;
  /** It says something of the rig, not of the kernel: see `PlannedTest.expects`. */
  readonly expects?: ExpectedProblem;
  /** Signatures of what the kernel reported in its attempts, each once, without what was planted. */
  readonly problems?: readonly string[];
}

export interface AttemptSummary {
  readonly attempt: number;
  readonly status: AttemptStatus;
  /** ISO 8601, UTC; of a test found in another the other's. */
  readonly startedAt?: string;
  readonly durationMs: number;
  /** See the event `test-end`. */
  readonly retried?: true;
  /** Console log of the guest that it ran in, relative to the run folder. */
  readonly console?: string;
  readonly message?: string;
  readonly forgiven?: Forgiven;
  /** Bounded, see `bounded-evidence.ts`. */
  readonly evidence?: string;
  /** What of the evidence is the kernel's reports, in order. */
  readonly splats?: readonly Splat[];
  readonly metrics: readonly Metric[];
  /** Relative to the run folder. */
  readonly artifacts: readonly string[];
  /** On kernels with PROVE_LOCKING. */
  readonly lockdep?: LockdepCoverage;
}

/** One report of the kernel: the lines of some evidence from one, counted from 0, to before another. */
export interface Splat {
  readonly signature: string;
  readonly from: number;
  readonly to: number;
}

export interface GuestSummary {
  readonly guest: number;
  readonly cell: string;
  readonly accelerator: string;
  readonly kernelRelease: string;
  readonly bootMs: number;
  /** The template from which it was forked; absent: it has booted. */
  readonly template?: string;
  /** Relative to the run folder. */
  readonly console: string;
  readonly end?: { readonly how: 'disposed' | GuestDeathKind; readonly detail?: string };
}

/** All appearances of one kernel problem on one kernel. */
export interface ProblemSummary {
  readonly kernel: string;
  readonly kind: ProblemKind;
  readonly title: string;
  readonly signature: string;
  /** See `KernelProblem.aliases`: those of all appearances. */
  readonly aliases?: readonly string[];
  /** See `KernelProblem.blame`. */
  readonly blame: 'kernel' | 'rig';
  readonly known?: { readonly reason: string; readonly link?: string };
  /** A selftest planted it. */
  readonly expected?: true;
  readonly expired?: string;
  readonly count: number;
  /** Where it was seen first. */
  readonly first: {
    readonly cell: string;
    readonly test: string;
    readonly during: 'test' | 'gap';
    readonly file?: string;
  };
  /** The tests in or before which it was seen, in order; at the most fifty. */
  readonly places: readonly { readonly cell: string; readonly test: string }[];
  /** The first report, bounded. */
  readonly text: string;
}

/** What lockdep saw on one kernel, over all its guests. */
export interface LockdepSummary {
  readonly kernel: string;
  readonly covered: number;
  readonly uncovered: number;
  /** The most that one guest came to. */
  readonly classes: number;
  readonly dependencies: number;
  readonly chains: number;
  /** The tests that added most dependencies, at the most five. */
  readonly grew: readonly {
    readonly cell: string;
    readonly test: string;
    readonly dependencies: number;
    readonly chains: number;
  }[];
}

/** A kernel or image being made ready. */
export interface StageSummary {
  readonly stage: string;
  readonly detail: string;
  readonly status: 'start' | 'done' | 'failed';
  readonly durationMs?: number;
  /** The compiler's, of a kernel that the rig built. */
  readonly warnings?: readonly CompilerWarning[];
  /** See the event `stage`. */
  readonly digest?: string;
  readonly source?: KernelProvenance;
}
