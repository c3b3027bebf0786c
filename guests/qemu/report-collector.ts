import { beginsReport, CUT_HERE, MAX_REPORT_LINES, stripTimeStamp, TRACE_END } from './kernel-report.ts';

/** A report after which the kernel went on. */
export interface SurvivedReport {
  /** Its telling line, without time stamp: `BUG: kernel NULL pointer dereference, address: 0`. */
  readonly title: string;
  readonly lines: readonly string[];
  /** The rig's last own line before it. */
  readonly marker?: string;
}

/** Keeps the first report of a running kernel until somebody asks; the memory that it takes is bounded. */
export interface ReportCollector {
  push(line: string): void;
  /** The first report since the last call; what is still to come of it counts as taken too. */
  take(): SurvivedReport | undefined;
}

/** The rig's own lines in the kernel log stand between reports: some of those have no end mark. */
const RIG_LINE = 'pmemrig: ';

interface Report {
  title?: string;
  readonly marker?: string;
  readonly lines: string[];
}

export function createReportCollector(): ReportCollector {
  let first: Report | undefined;
  /** The report whose lines come just now, be it the first, a later one or one that was taken already. */
  let current: Report | undefined;
  let marker: string | undefined;

  return {
    push(line) {
      const begins = beginsReport(line);
      const message = stripTimeStamp(line);
      if (message.startsWith(RIG_LINE)) marker = message.slice(RIG_LINE.length);
      if (current === undefined) {
        if (!begins && !CUT_HERE.test(line)) return;
        current = { lines: [], ...(marker !== undefined && { marker }) };
        first ??= current;
      } else if (message.startsWith(RIG_LINE)) {
        current = undefined;
        return;
      }
      if (begins) current.title ??= stripTimeStamp(line);
      current.lines.push(line);
      if (TRACE_END.test(line) || current.lines.length === MAX_REPORT_LINES) current = undefined;
    },
    take() {
      if (first === undefined) return undefined;
      const { lines, title, marker: from } = first;
      first = undefined;
      // Cut here, but in words that are not known: the line below says what it is.
      return { title: title ?? stripTimeStamp(lines[1] ?? lines[0] ?? ''), lines: [...lines], ...(from !== undefined && { marker: from }) };
    },
  };
}
