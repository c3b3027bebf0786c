import type { ExecOptions, ExecResult, Guest } from '../../../model/guest.ts';
import type { HostControl } from '../../../model/host-control.ts';
import type { KnownProblem } from '../../../model/known-problem.ts';
import type { Metric } from '../../../model/outcome.ts';
import type { GuestDevice } from '../../../model/pmem.ts';
import type { RuleText, Seen } from '../../../model/rule-text.ts';

/** What a test saw. */
export interface Observation {
  /** One value for each thing that the rule's rows name. */
  readonly saw: Readonly<Record<string, Seen>>;
  readonly metrics?: readonly Metric[];
}

/** A rule and how it is looked at. */
export interface Rule extends RuleText {
  /**
   * Does the real thing to the guest and reports what it saw; it judges nothing. Rejects with RuleSkip, RuleUnproven,
   * StepFailed, GuestDeath or InfraError.
   */
  readonly observe: (context: RuleContext) => Promise<Observation>;
  /** Kernel problems that the test itself brings about, such as an injected I/O error. */
  readonly forgives?: readonly KnownProblem[];
  /** Its deadline in ms, unscaled; absent: a minute. */
  readonly timeoutMs?: number;
  /** It only reads and writes: the devices need not be compared with what they were. */
  readonly keepsDevices?: true;
  /** What it leaves behind, no other test may meet. */
  readonly spendsGuest?: true;
}

/** A file system made by a test. */
export interface RuleMount {
  /** Mount point. */
  readonly path: string;
  readonly unmount: () => Promise<void>;
}

export interface MountRequest {
  readonly type: 'ext4' | 'xfs';
  /** `dax=always` and the like; absent: `dax=always`. An empty string: none. */
  readonly options?: string;
  /** Mounts what is there instead of making it anew. */
  readonly keep?: true;
}

/** What a rule's test works with. All that is run, and what it printed, goes to the test's log. */
export interface RuleContext {
  readonly guest: Guest;
  readonly host: HostControl;
  /** The topology's first device, as the boot that is due has named it. */
  readonly device: GuestDevice;
  /** The rule's case, of {@link RuleText.cases}; an empty string where it has none. */
  readonly caseName: string;
  readonly timeoutScale: number;
  /** For what is run past {@link RuleContext.run}: the environment of the test's own program. */
  readonly env: Readonly<Record<string, string>>;
  /** Runs `script` in the guest's /bin/sh with `args` as `$1` and so on. A non-zero exit is a result. */
  readonly run: (script: string, args?: readonly string[], options?: ExecOptions) => Promise<ExecResult>;
  /** As {@link RuleContext.run}, for a step without which there is nothing to see: rejects with StepFailed. */
  readonly must: (script: string, args?: readonly string[], options?: ExecOptions) => Promise<string>;
  /** Path of the rig's C program in the guest, see `guests/guest-tools`. Rejects with RuleSkip if it cannot be built. */
  readonly tool: () => Promise<string>;
  /**
   * Makes a file system, unless it is kept, and mounts it. Rejects with RuleSkip where the kernel was built without it,
   * else with StepFailed. It is unmounted after the test.
   */
  readonly mount: (request: MountRequest) => Promise<RuleMount>;
  /** What a mkfs of the image needs so that the guest's kernel mounts the result: words, as MKFS_EXT4 and MKFS_XFS. */
  readonly mkfsOptions: () => Promise<Readonly<Record<string, string>>>;
  /** A line for the test's log. */
  readonly note: (line: string) => void;
}

/** The test cannot be done here; the message says why. */
export class RuleSkip extends Error {
  override readonly name = 'RuleSkip';
}

/** The test did its part but proves nothing: a fault was not seen to happen. It is `infra`, never a pass. */
export class RuleUnproven extends Error {
  override readonly name = 'RuleUnproven';
}

/** A step of the test failed in the guest. */
export class StepFailed extends Error {
  override readonly name = 'StepFailed';
  /** What the step printed. */
  readonly evidence: string;

  constructor(message: string, evidence: string) {
    super(message);
    this.evidence = evidence;
  }
}
