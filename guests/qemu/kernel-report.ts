/** A kernel's own account of what went wrong, cut out of the console. */
export interface KernelReport {
  /** Its telling line, without time stamp: `Kernel panic - not syncing: sysrq triggered crash`. */
  readonly title: string;
  /** True if the kernel stopped with it. */
  readonly fatal: boolean;
  readonly lines: readonly string[];
}

/** Enough for registers, a deep call trace and the modules' list; more hides the point. */
export const MAX_REPORT_LINES = 120;
/** A panic belongs to an oops that began at most so many lines before. */
const MAX_OOPS_TO_PANIC_LINES = 100;

const PANIC = /Kernel panic - not syncing/;
const PANIC_END = /---\[ end Kernel panic/;
export const TRACE_END = /---\[ end trace/;
export const CUT_HERE = /-{12}\[ cut here \]-{12}/;
/** Serious reports. Warnings of other sorts do not explain a death. */
const REPORT_STARTS: readonly RegExp[] = [
  /\bBUG: /,
  /\bkernel BUG at /,
  /\bOops: /,
  /\bgeneral protection fault\b/,
  /\bUnable to handle kernel /,
  /\bINFO: task .+ blocked for more than /,
  /\brcu: INFO: .+ (?:self-detected stall|detected stalls)/,
  /\bWARNING: /,
];

/** `[   12.345678] `, with the caller's id where PRINTK_CALLER is on. */
const TIME_STAMP = /^(?:<\d+>)?\[\s*\d+\.\d+\](?:\[\s*[TC]\d+\])?\s?/;

/**
 * Finds the report that best explains a guest's end: the panic with the oops that led to it, else the last serious
 * report. An honest excerpt, not a full detector: it neither counts nor classifies.
 */
export function findKernelReport(lines: readonly string[]): KernelReport | undefined {
  const panic = lines.findIndex((line) => PANIC.test(line));
  if (panic !== -1) {
    const from = findOopsBefore(lines, panic) ?? panic;
    return { title: stripTimeStamp(lines[panic] ?? ''), fatal: true, lines: cutReport(lines, from, PANIC_END) };
  }
  const start = lines.findLastIndex((line) => isReportStart(line));
  if (start === -1) return undefined;
  const first = findOopsBefore(lines, start) ?? start;
  const excerpt = cutReport(lines, first, TRACE_END);
  // The first line that says something: an oops' `BUG:` comes before its `Oops:`.
  const title = excerpt.find((line) => isReportStart(line)) ?? '';
  return { title: stripTimeStamp(title), fatal: false, lines: excerpt };
}

function isReportStart(line: string): boolean {
  return REPORT_STARTS.some((pattern) => pattern.test(line));
}

/**
 * True where a report begins, and not just in any line that has its words in it: they stand first, but for the time
 * stamp and the name of a watchdog. (`Spectre V2 : WARNING: …` is advice.)
 */
export function beginsReport(line: string): boolean {
  const message = stripTimeStamp(line);
  const words = message.replace(/^(?:NMI )?watchdog: /, '');
  return REPORT_STARTS.some((pattern) => message.search(pattern) === 0 || words.search(pattern) === 0);
}

export function stripTimeStamp(line: string): string {
  return line.replace(TIME_STAMP, '');
}

/** The first line of the run of reports that ends at `end`, each within reach of the next. */
function findOopsBefore(lines: readonly string[], end: number): number | undefined {
  const from = Math.max(0, end - MAX_OOPS_TO_PANIC_LINES);
  const windowLines = lines.slice(from, end);
  const afterEarlierReport = windowLines.findLastIndex((line) => TRACE_END.test(line));
  // The trace of the oops that led to a panic ends right before it: look past that one end mark.
  const scope = afterEarlierReport === -1 ? 0 : windowLines.slice(0, afterEarlierReport).findLastIndex((line) => TRACE_END.test(line)) + 1;
  const found = windowLines.findIndex((line, index) => index >= scope && (CUT_HERE.test(line) || isReportStart(line)));
  return found === -1 ? undefined : from + found;
}

function cutReport(lines: readonly string[], from: number, end: RegExp): string[] {
  const after = lines.slice(from, from + MAX_REPORT_LINES);
  const last = after.findIndex((line) => end.test(line));
  return last === -1 ? after : after.slice(0, last + 1);
}
