import { CLOSE_TEST } from '../../orchestrator/model/cell.ts';
import type { JournalEvent } from '../../orchestrator/model/event.ts';
import type { AttemptSummary, Splat } from './summary.ts';

type Report = Extract<JournalEvent, { type: 'problem' }>;
type Attempt = Pick<Report, 'cell' | 'test' | 'attempt'>;

/** What is in no evidence is not waited for: so many of a cell are more than one attempt's evidence can hold. */
const MAX_WAITING = 1000;

/**
 * Finds in an attempt's evidence what the journal has as the kernel's reports. A report that comes again is known by
 * its signature, not by its text.
 */
export class SplatFinder {
  readonly #waiting = new Map<string, Report[]>();

  /** A report stands in the journal before the end of the attempt that it is charged to. */
  add(report: Report): void {
    const waiting = this.#waiting.get(report.cell) ?? [];
    waiting.push(report);
    if (waiting.length > MAX_WAITING) waiting.shift();
    this.#waiting.set(report.cell, waiting);
  }

  /**
   * The reports in an attempt's evidence, in order; `undefined` if there are none. Those of the attempt are done with
   * after it.
   */
  take(attempt: Attempt, evidence: string | undefined): readonly Splat[] | undefined {
    const waiting = this.#waiting.get(attempt.cell);
    if (!waiting) return undefined;
    const own = waiting.filter((report) => isOf(report, attempt));
    const found = evidence === undefined ? [] : findReports(evidence.split('\n'), own);
    const done = new Set(found.map(({ report }) => report));
    const left = waiting.filter((report) => !done.has(report) && (report.during === 'gap' || !isOf(report, attempt)));
    if (left.length > 0) this.#waiting.set(attempt.cell, left);
    else this.#waiting.delete(attempt.cell);
    return found.length === 0
      ? undefined
      : found.map(({ report, from, to }) => ({ signature: report.problem.signature, from, to }));
  }
}

/**
 * The signatures of the reports that some evidence consists of, each once: tests with the same signatures met the same.
 * Undefined where the evidence has words of its own.
 */
export function signaturesOf({
  evidence = '',
  splats = [],
}: Pick<AttemptSummary, 'evidence' | 'splats'>): readonly string[] | undefined {
  const isCovered = (line: number): boolean => splats.some(({ from, to }) => line >= from && line < to);
  if (splats.length === 0 || evidence.split('\n').some((line, index) => line.trim() !== '' && !isCovered(index)))
    return undefined;
  return [...new Set(splats.map(({ signature }) => signature))].toSorted();
}

/**
 * One that began between two tests is charged to the `guest/close` of its guest, whose end may say nothing of the
 * guest.
 */
function isOf({ during, ...of }: Report, { test, attempt }: Attempt): boolean {
  return during === 'gap' ? test === CLOSE_TEST : of.test === test && of.attempt === attempt;
}

interface Found {
  readonly report: Report;
  readonly from: number;
  readonly to: number;
}

function findReports(lines: readonly string[], reports: readonly Report[]): readonly Found[] {
  const left = new Set(reports);
  const found: Found[] = [];
  for (let from = 0; from < lines.length && left.size > 0; from += 1) {
    const report = [...left].find(({ problem }) => beginsAt(problem.lines, lines, from));
    if (!report) continue;
    left.delete(report);
    const to = from + report.problem.lines.length;
    found.push({ report, from, to });
    from = to - 1;
  }
  return found;
}

/** A guest's last words are without the source lines that a report has behind its frames, in brackets. */
function beginsAt(report: readonly string[], lines: readonly string[], from: number): boolean {
  if (report.length === 0) return false;
  return report.every((line, index) => {
    const said = lines[from + index];
    return said !== undefined && (line === said || line.startsWith(`${said} (`));
  });
}
