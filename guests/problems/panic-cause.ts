import type { ProblemKind } from '../../orchestrator/model/problem.ts';

/** The processor refused: the kernel says `Oops:` or its like next. */
export const EXCEPTIONS: ReadonlySet<ProblemKind> = new Set([
  'null-dereference',
  'paging-fault',
  'general-protection',
  'divide-error',
  'oops',
]);
/** What dies of these prints nothing more: a panic right behind them is their own. */
export const FAULTS: ReadonlySet<ProblemKind> = new Set([...EXCEPTIONS, 'stack-overflow', 'panic']);
/**
 * The longest pause between a report's last line and the panic that it led to. It depends on the panic's words: they
 * name no cause, they name one, or others' stacks were asked for first.
 */
const MAX_PAUSE_SEC = { unnamed: 3, named: 30, stall: 60 };

/** Which reports a panic's words say that it follows from. */
export interface PanicCause {
  /**
   * `any`: a problem on which the kernel is set to panic; `fault`: an exception; else these kinds alone; empty: no
   * report.
   */
  readonly of: 'any' | 'fault' | readonly ProblemKind[];
}

const CAUSES: readonly (readonly [RegExp, PanicCause['of']])[] = [
  [/hung_task|blocked tasks/, ['hung-task']],
  [/softlockup|soft lockup/i, ['soft-lockup']],
  [/hard LOCKUP/i, ['hard-lockup']],
  [/RCU Stall/i, ['rcu-stall']],
  [/workqueue/, ['workqueue-lockup']],
  [/out of memory|deadlocked on memory/i, ['oom-kill']],
  [/machine check|\bMCE\b|Fatal hardware error/i, ['machine-check']],
  [/panic_on_\w+ set|\.(?:panic|fault=panic) set|warned too often/, 'any'],
  [/Fatal exception|Oops|oopsed too often|Aiee|Attempted to kill|Machine halted/i, 'fault'],
  // Asked for, or of a boot that finds nothing to boot.
  [/sysrq triggered crash|SysRq|VFS: Unable to mount|No working init found|Requested init/, []],
];

/** Undefined if its words say nothing: then it is of what broke off right before it, or of an exception. */
export function findPanicCause(text: string): PanicCause | undefined {
  const found = CAUSES.find(([words]) => words.test(text));
  return found && { of: found[1] };
}

interface CauseState {
  readonly kind: ProblemKind;
  /** An exception, from which the kernel dies otherwise than from a report. */
  readonly isFault: boolean;
  /** It cannot go on, or broke off. */
  readonly broken: boolean;
}

/**
 * Whether a panic is what became of a report. @param pauses whether so many seconds have passed since the report's last
 * line
 */
export function mayFollow(
  cause: PanicCause | undefined,
  { kind, isFault, broken }: CauseState,
  pauses: (limitSec: number) => boolean,
): boolean {
  if (cause === undefined) return broken && !pauses(MAX_PAUSE_SEC.unnamed);
  if (typeof cause.of === 'object') return cause.of.includes(kind) && !pauses(MAX_PAUSE_SEC.stall);
  return (cause.of === 'any' ? !isFault : broken) && !pauses(MAX_PAUSE_SEC.named);
}
