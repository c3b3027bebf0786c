import { EXCEPTIONS } from './panic-cause.ts';
import type { ProblemRule } from './problem-rule.ts';

/** Enough for lockdep's long chains; more hides the point. */
export const MAX_REPORT_LINES = 300;
/** Kept beyond the bound, for the panic that ends a long report. */
export const MAX_PANIC_LINES = 60;
/** So many lines in a row that do not look like a report's are others', and the report is over. */
export const FOREIGN_LINES = 12;
const FOREIGN_LINES_IN_PANIC = 40;
/** Between what happened and `Oops:`, or a reason and its WARNING: that must come, however busy the console is. */
const FOREIGN_LINES_IN_HEAD = 100;
/** What a program prints among the kernel's stamped lines says little about whether the kernel has done. */
export const PROGRAM_LINE = 0.25;
/** Memory statistics look like nothing else. */
const FOREIGN_LINES_IN_KILL = 400;
/** `=====` without a head that is known is a banner of something else. */
const FOREIGN_LINES_BEFORE_HEAD = 3;
/** Between two lines of a report there are not so many of other tasks and CPUs. */
export const MAX_LINES_OF_OTHERS = 250;
/** A report is printed at a stretch: what comes so long after all of it is another's. */
export const MAX_PAUSE_SEC = 10;
/** One that lacks its end, or the panic that says that it follows, may be waiting for a slow console. */
export const MAX_PAUSE_IN_MIDST_SEC = 30;
/** A CPU that was asked for its stack has 10 seconds to answer, and several are asked in turn. */
export const MAX_PAUSE_FOR_ANSWERS_SEC = 60;
/** Like heads within so many lines are one report that lists them. */
export const HEAD_LINES = 3;
/** Frames that make a stack trace where no line says so. */
export const TRACE_FRAMES = 3;

interface ReportState {
  readonly rule: ProblemRule | undefined;
  readonly panicSeen: boolean;
  readonly endSeen: boolean;
  readonly dieSeen: boolean;
  readonly inHead: boolean;
}

/** After so many lines in a row that do not look like a report's, it is over. */
export function limitForeign({ rule, panicSeen, endSeen, dieSeen, inHead }: ReportState): number {
  if (rule === undefined) return FOREIGN_LINES_BEFORE_HEAD;
  if (panicSeen) return FOREIGN_LINES_IN_PANIC;
  if (rule.shape === 'kill' && !endSeen) return FOREIGN_LINES_IN_KILL;
  return EXCEPTIONS.has(rule.kind) && inHead && !dieSeen ? FOREIGN_LINES_IN_HEAD : FOREIGN_LINES;
}
