import type { ProblemKind } from '../../orchestrator/model/problem.ts';

/**
 * How a report goes on and ends:
 * - `line`: it is one line.
 * - `block`: more lines follow, maybe a stack trace, and nothing marks the end.
 * - `backtrace`: a stack trace follows, and nothing marks the end.
 * - `end-trace`: a stack trace follows, then `---[ end trace`.
 * - `frame`: a stack trace follows, then a line of `=====`, as a rule.
 * - `panic`: ends with `---[ end Kernel panic` or what else a stopping kernel says last.
 * - `kill`: memory statistics follow, then the line that names the killed process.
 */
export type ReportShape = 'line' | 'block' | 'backtrace' | 'end-trace' | 'frame' | 'panic' | 'kill';

/**
 * What makes two reports the same defect. It is the lock classes, the first significant functions of the stack, the
 * listeners of an interrupt, or only what the title says.
 */
export type SignatureBasis = 'locks' | 'functions' | 'handlers' | 'title';

/** A row of the table. Where several rows fit lines of one report, the one that stands first in the table names it. */
export interface ProblemRule {
  readonly kind: ProblemKind;
  /** Tried on a console line without time stamp and caller. A group `title` cuts the title out of it. */
  readonly start: RegExp;
  /**
   * One of them is in every line that `start` fits, and in few others: the fast path looks for nothing else. Five
   * characters at least.
   */
  readonly words: readonly string[];
  readonly shape: ReportShape;
  readonly signature: SignatureBasis;
  /** A line like it that is advice, a setting or a step of another report. */
  readonly unless?: RegExp;
  /** If a line of the report fits, all of it is what somebody asked for. */
  readonly pardon?: RegExp;
  /** Its words stand for themselves, even in a line without a time stamp where the kernel's lines have one. */
  readonly bare?: true;
  /** Ordinary at the beginning of a log, a problem later. */
  readonly again?: true;
  /** The kernel stops with it. */
  readonly fatal?: true;
  /** By itself it says that a program did wrong: a problem only if an exception of the kernel's follows. */
  readonly needsDie?: true;
  /** One event: several callers may print a line each. */
  readonly shared?: true;
  /** The stacks of who allocated and freed may come before its own. */
  readonly tracked?: true;
  /** The first version with this rule. The signature that older versions gave the report becomes an alias. */
  readonly since?: '0.2';
  /** `rig`: a limit of the debugging aids, which fails no test. All else is the kernel's and does. */
  readonly blame?: 'rig';
}
