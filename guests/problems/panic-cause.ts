import type { ProblemKind } from '../../orchestrator/model/problem.ts';

/** Which reports a panic's words say that it follows from. */
export interface PanicCause {
  /** `any`: of a problem on which the kernel is set to panic; `fault`: of an exception; else of these kinds alone; empty: of none. */
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
