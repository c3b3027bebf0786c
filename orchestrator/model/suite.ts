import type { ArtifactStore } from './artifact-store.ts';
import type { CanaryModule } from './canary.ts';
import type { Cell, PlannedTest } from './cell.ts';
import type { Guest } from './guest.ts';
import type { GuestTool } from './guest-tool.ts';
import type { HostControl } from './host-control.ts';
import type { KnownProblem } from './known-problem.ts';
import type { FilesystemSpec, GuestSpec, ImageSpec, KernelSpec, SuiteSpec } from './matrix.ts';
import type { TestResult } from './outcome.ts';
import type { PmemTopology } from './pmem.ts';
import type { RuleText } from './rule-text.ts';
import type { SuiteInOnce } from './suite-in-once.ts';

/** What is known of a cell while planning, before a guest exists. */
export interface SuitePlanContext<Spec extends SuiteSpec> {
  readonly spec: Spec;
  readonly kernel: KernelSpec;
  readonly image: ImageSpec;
  readonly pmem: PmemTopology;
  readonly filesystem: FilesystemSpec;
}

export interface SuiteContext<Spec extends SuiteSpec> {
  readonly spec: Spec;
  readonly cell: Cell;
  readonly guest: Guest;
  /** Present if the suite {@link Suite.needsHostControl}. */
  readonly host?: HostControl;
  /** Keeps this cell's own files. A suite writes nowhere else. */
  readonly artifacts: ArtifactStore;
  /** All timeouts are multiplied by it: 1 with KVM, more under TCG or a debug kernel. */
  readonly timeoutScale: number;
  /** Why, for a message: `TCG and lockdep`; empty where the factor is 1. */
  readonly timeoutScaleWhy: string;
  /**
   * Seconds that a test of this cell has usually taken in the newest runs on such a guest, as they passed. For a
   * deadline divide them by `timeoutScale`. `undefined` for one that has not passed yet.
   */
  readonly usualSeconds?: (test: string) => number | undefined;
  /**
   * The tests that this guest will get after the running one if nothing goes wrong, in their order. Empty where other
   * guests take from them, too.
   */
  readonly upcoming?: () => readonly string[];
  /** Builds the canary for the guest's kernel on the host, once a kernel. Rejects with InfraError when that fails. */
  readonly buildCanary: () => Promise<CanaryModule>;
  /** Builds the rig's C program for guests on the host, once. Rejects with InfraError if the cache cannot be written. */
  readonly buildGuestTool: () => Promise<GuestTool>;
  readonly log: (line: string) => void;
}

export interface SuiteDisk {
  readonly path: string;
  readonly serial: string;
}

/** A suite ready in one guest: file systems made, files copied. One test at a time. */
export interface SuiteSession {
  /** Deadline for one test in ms, unscaled; the worker calls the test a `hang` after it. */
  testTimeoutMs(test: PlannedTest): number;
  /**
   * A failure is a result. Rejects only with GuestDeath, InfraError or UserError. `over` aborts when the rig no longer
   * waits for the test: past its deadline, at the guest's death, when the run is interrupted. What the suite runs on the
   * host ends then.
   */
  run(test: PlannedTest, attempt: number, over?: AbortSignal): Promise<TestResult>;
  /**
   * What can be saved of a test that took its guest down or hung in it, before the rig lets the guest go: its
   * artifacts, relative to the run folder.
   */
  salvage?(test: PlannedTest, attempt: number): Promise<readonly string[]>;
  /**
   * Kernel problems that the test itself may bring about: reported, but no failure. Asked for ahead of the test, which
   * may add to the list. One that it must bring about is `PlannedTest.expects`.
   */
  forgives?(test: PlannedTest): readonly KnownProblem[];
  /** Once a test has left the guest in a state that no later test may meet: the rest then get a fresh guest. */
  readonly spent?: boolean;
  /**
   * Unmounts and removes what `open` made, so that the next cell finds the guest clean. `SuiteSetupError`: it is not as
   * `open` left it.
   */
  close(): Promise<void>;
}

export interface Suite<Spec extends SuiteSpec = SuiteSpec> {
  readonly kind: Spec['kind'];
  /** True when a cell must not share its guest with another. */
  readonly needsFreshGuest: boolean;
  /**
   * Its tests work the guest's machine from outside: see {@link SuiteContext.host}. The machine has room for devices
   * that are plugged in. Such a suite {@link Suite.needsFreshGuest}, too.
   */
  readonly needsHostControl?: true;
  /** Its guests boot, whatever the matrix says: its tests boot them again, or take them down on purpose. */
  readonly boot?: 'cold';
  /**
   * Its tests depend neither on each other nor on their order. `--split` may spread those of one cell over several
   * guests at once, each with a session of its own. What a session writes to the cell's folder is then named by test
   * and attempt, or by guest.
   */
  readonly splittable?: true;
  /**
   * The tests of a cell, in order, without a guest. Names carry the suite's name first: `fio/dax-mmap`.
   * Throws UserError when the combination can never work (a DAX job on virtio-blk).
   */
  plan(context: SuitePlanContext<Spec>): readonly PlannedTest[];
  /** Names that a matrix may choose from, in order; the suite's format in `matrices/suites` gets them as `offered`. */
  offers?(): readonly string[];
  /** The guest that its cells get, where that is not the matrix's: one that counts instructions has a single vCPU. */
  guestFor?(spec: Spec, guest: GuestSpec): GuestSpec;
  /** It makes and mounts no file system: a topology that cannot hold the cell's is no reason to refuse the cell. */
  readonly ignoresFilesystem?: true;
  /** Looks at the files of the user's that its spec names, before a guest is booted. Rejects with UserError. */
  check?(spec: Spec): Promise<void>;
  /** What in its spec is most likely a slip, a sentence each: a rule that fits no test. */
  findSlips?(spec: Spec, image: ImageSpec): Promise<readonly string[]>;
  /** Its part in runs that flags describe. */
  readonly once?: SuiteInOnce;
  /** It proves that the rig sees kernel problems: a nightly warns if no suite of its matrix does. */
  readonly provesRig?: true;
  /** What an answer to a series calls it among the things not tested; absent: the answer leaves it out. */
  readonly untestedAs?: string;
  /** Its tests are rules: what `pmemrig explain` and `docs/checks.md` say of each. */
  readonly rules?: readonly RuleText[];
  /**
   * A folder or tarball of the host that the cell's guests get as a read-only disk of that serial number (at most 20
   * characters).
   */
  disk?(spec: Spec): SuiteDisk | undefined;
  /** Size of the {@link ResultsDisk} that each of the suite's guests gets. */
  readonly resultsBytes?: number;
  /** Rejects with GuestDeath, or `SuiteSetupError` when the guest lacks what the suite needs. */
  open(context: SuiteContext<Spec>): Promise<SuiteSession>;
}
