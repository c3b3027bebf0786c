/**
 * What sort of kernel report it is. Names say what the kernel complains of, not which subsystem printed it; each has
 * its rules in `guests/problems/`.
 */
export const PROBLEM_KINDS = [
  'lockdep-circular',
  'lockdep-recursive',
  'lockdep-irq-inversion',
  'lockdep-inconsistent-state',
  'lockdep-invalid-wait-context',
  'lockdep-unlock-imbalance',
  'lockdep-held-lock-freed',
  'lockdep-held-at-exit',
  'lockdep-held-in-user-space',
  'lockdep-suspicious-rcu',
  'lockdep-non-static-key',
  /** Lockdep switched itself off or ran out of room: what runs later is not checked. The rig's to mend, see `blame`. */
  'lockdep-off',
  'lockdep-other',
  'sleep-in-atomic',
  'null-dereference',
  'paging-fault',
  'general-protection',
  'divide-error',
  'stack-overflow',
  'oops',
  'bug',
  'warning',
  'kasan',
  'kfence',
  'kcsan',
  'kmsan',
  'ubsan',
  'soft-lockup',
  'hard-lockup',
  'rcu-stall',
  'hung-task',
  'workqueue-lockup',
  /** An interrupt that no handler took. */
  'unhandled-irq',
  /** The machine, not the kernel: an error that was not corrected. */
  'machine-check',
  'bad-page',
  /** The slab allocator's own checks: a red zone or a freed object was written to. */
  'slab-corruption',
  /** The page allocator had nothing to give, and said so. */
  'alloc-failure',
  'memory-leak',
  'refcount',
  'oom-kill',
  'list-corruption',
  'debug-objects',
  /** An indirect call of a function of another type. */
  'cfi',
  'unexpected-reboot',
  'ext4-error',
  'xfs-error',
  'fs-error',
  'nvdimm-error',
  'dax-error',
  'panic',
] as const;

export type ProblemKind = (typeof PROBLEM_KINDS)[number];

/** What a problem is called: by this rig, and by former versions that called it something else. */
interface ProblemNames {
  readonly signature: string;
  readonly aliases?: readonly string[];
}

export function listNames({ signature, aliases = [] }: ProblemNames): readonly string[] {
  return [signature, ...aliases];
}

/**
 * Whether two reports are of one defect, be one of them from a former version. Two that merely were called the same
 * formerly are not.
 */
export function isSameProblem(one: ProblemNames, other: ProblemNames): boolean {
  return listNames(one).includes(other.signature) || listNames(other).includes(one.signature);
}

/** A kernel report found on the console. Plain and serialisable: the journal keeps it. */
export interface KernelProblem {
  readonly kind: ProblemKind;
  /** Its main line without time stamp and caller: `WARNING: possible circular locking dependency detected`. */
  readonly title: string;
  /**
   * The same for the same defect across addresses, line numbers, PIDs, CPU counts, builds and `.isra` suffixes.
   * Readable.
   */
  readonly signature: string;
  /**
   * What former versions of the rig gave as its signature, where that was another: `known:` and comparisons go by these
   * as well.
   */
  readonly aliases?: readonly string[];
  /** The whole report as the console gave it, bounded, without lines of other CPUs that interleaved. */
  readonly lines: readonly string[];
  /** The console's `PRINTK_CALLER`: `T123` for a task, `C1` for a CPU's interrupt; absent without it. */
  readonly caller?: string;
  readonly cpu?: number;
  /** Name and PID of the task that ran, `kworker/0:1/17`. */
  readonly task?: string;
  /** The report did not come to its end: the guest died, or it exceeded the bound. */
  readonly truncated: boolean;
  /** The kernel stopped with it. */
  readonly fatal: boolean;
  /** `rig`: a limit of the debugging aids, no defect of the kernel. */
  readonly blame: 'kernel' | 'rig';
  /** Text of the rig's last mark on the console before it began; absent before the first. */
  readonly marker?: string;
  /** Further ones of its signature in the same test, which were counted and not kept. */
  readonly further?: number;
}
