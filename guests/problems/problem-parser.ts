import type { KernelProblem } from '../../orchestrator/model/problem.ts';
import { readConsoleLine, type ConsoleText } from './console-line.ts';
import { OpenReport } from './open-report.ts';
import type { ProblemRule } from './problem-rule.ts';
import { findPanicCause } from './panic-cause.ts';
import { PrintedLines } from './printed-lines.ts';
import { isFrameEdge, isKillLine, isOtherCpuStack } from './report-body.ts';
import { createChunkScanner, type ScannedLine } from './chunk-scanner.ts';
import { CUT_HERE, findRule, MARKER } from './rules.ts';

/** Reads a kernel's console and gives out what the kernel complains of. */
export interface ProblemParser {
  /** Bytes of the console, cut anywhere. */
  push(chunk: Uint8Array): void;
  /**
   * Gives out what is still open, as far as it came. The rest of such a report is dropped when it comes, but for a panic: that
   * gives the report out again, as fatal.
   */
  settle(): void;
  /** The console has ended. */
  end(): void;
}

/** Tasks and CPUs whose reports are open at a time; the oldest makes room. */
const MAX_OPEN = 24;
/** Reports within reports, where the console does not tell the callers. */
const MAX_NESTED = 4;

export interface ProblemParserOptions {
  /** The text of the rig's own line, `undefined` for one that is none of them. Default: each line that begins like one. */
  readonly readMark?: (text: string) => string | undefined;
}

/** Problems come in the order in which their reports began. */
export function createProblemParser(onProblem: (problem: KernelProblem) => void, { readMark = readAnyMark }: ProblemParserOptions = {}): ProblemParser {
  /** In the order of their beginnings, closed ones among them until their turn comes. */
  const queue: OpenReport[] = [];
  const stacks = new Map<string, OpenReport[]>();
  const printed = new PrintedLines();
  let marker: string | undefined;
  let markerSec = 0;
  let banners = 0;
  /** Of those that were looked at. */
  let linesRead = 0;

  const emit = (report: OpenReport) => {
    if (report.emitted) return;
    report.emitted = true;
    const problem = report.toProblem();
    if (problem !== undefined) onProblem(problem);
  };
  const emitClosed = () => {
    for (let head = queue[0]; head?.closed === true; head = queue[0]) {
      queue.shift();
      emit(head);
    }
  };
  const close = (report: OpenReport) => {
    report.closed = true;
    leave(report);
  };
  /** Nobody prints for it any more, but a panic may still follow from it. */
  const leave = (report: OpenReport) => {
    for (const [caller, stack] of stacks) {
      const at = stack.indexOf(report);
      if (at === -1) continue;
      stack.splice(at, 1);
      if (stack.length === 0) stacks.delete(caller);
    }
  };
  const open = (line: ConsoleText): OpenReport => {
    const { caller } = line;
    while (queue.length >= MAX_OPEN) {
      const [oldest] = queue;
      if (oldest !== undefined) close(oldest);
      emitClosed();
    }
    const report = new OpenReport(line, marker);
    queue.push(report);
    const stack = stacks.get(caller ?? '') ?? [];
    stacks.set(caller ?? '', stack);
    if (stack.length >= MAX_NESTED && stack[0] !== undefined) close(stack[0]);
    stack.push(report);
    return report;
  };

  const takeMarker = (text: string, timeSec: number | undefined) => {
    markerSec = timeSec ?? markerSec;
    marker = text;
    // The rig's lines stand between tests. What has no end mark and has its trace is over; what has one may go on below.
    for (const report of queue) if (report.complete) close(report);
  };
  /** What became a panic: the caller's own report, or the last one that the panic's words name. */
  const findPanicking = ({ text, timeSec }: ConsoleText, current: OpenReport | undefined): OpenReport | undefined => {
    const cause = findPanicCause(text);
    if (current?.mayPanic(timeSec, cause) === true) return current;
    return cause && queue.findLast((report) => !report.closed && report.mayPanic(timeSec, cause));
  };
  /** What a caller prints from now on is the report's. */
  const hand = (caller: string | undefined, report: OpenReport) => {
    const others = stacks.get(caller ?? '')?.filter((other) => other !== report) ?? [];
    for (const other of others) if (other.rule === undefined) close(other);
    stacks.set(caller ?? '', [...others.filter((other) => !other.closed), report]);
  };
  const takePanic = (line: ConsoleText, rule: ProblemRule, title: string, current: OpenReport | undefined) => {
    const panicking = findPanicking(line, current);
    if (panicking !== undefined) {
      hand(line.caller, panicking);
      return panicking.panic(line, linesRead);
    }
    // The kernel stops: of another report nothing more comes.
    if (current !== undefined) close(current);
    const report = open(line);
    report.begin(rule, title, line, linesRead);
    return report.stop();
  };
  const takeBeginning = (line: ConsoleText, top: OpenReport | undefined, { rule, title }: { readonly rule: ProblemRule; readonly title: string }) => {
    if (rule.shape === 'panic') return takePanic(line, rule, title, top);
    if (rule.shape === 'line') {
      // It stands for itself, be it amidst another report.
      const report = open(line);
      report.begin(rule, title, line, linesRead);
      return close(report);
    }
    const shared = rule.shared === true ? queue.findLast((report) => !report.closed && report.rule?.shared === true && report.rule.kind === rule.kind) : undefined;
    if (shared !== undefined) return shared.begin(rule, title, line, linesRead);
    let current = top;
    if (current?.awaitsFramed === true && !current.mayBe(rule)) {
      // The edge was no report's.
      close(current);
      current = stacks.get(line.caller ?? '')?.at(-1);
    }
    if (current?.mayBe(rule) === true) return current.begin(rule, title, line, linesRead);
    if (current?.complete === true) close(current);
    open(line).begin(rule, title, line, linesRead);
  };
  const takeEdge = (line: ConsoleText, current: OpenReport | undefined) => {
    if (current?.takesEdge(line.text) === true) {
      current.take(line, linesRead);
      return;
    }
    if (current?.complete === true) current.linger();
    open(line).take(line, linesRead);
  };

  /** The stack of a CPU that was asked for it belongs to the report that asked. */
  const adopt = ({ caller }: ConsoleText) => {
    if (caller === undefined || stacks.has(caller)) return;
    const asking = queue.findLast((report) => !report.closed && report.asksOthers);
    if (asking !== undefined) stacks.set(caller, [asking]);
  };

  const takeText = (line: ConsoleText, { stamped, triggered }: ScannedLine) => {
    const { text, timeSec } = line;
    // An earlier mark comes again where a program prints the log.
    if (text.startsWith(MARKER) && timeSec !== undefined && timeSec < markerSec) return;
    const mark = triggered ? readMark(text) : undefined;
    if (mark !== undefined) return takeMarker(mark, timeSec);
    const foreign = timeSec === undefined && line.caller === undefined && stamped;
    if (printed.has(line, foreign)) return;
    linesRead += 1;
    for (const report of queue) if (!report.closed && report.isStale(line, linesRead)) close(report);
    if (isOtherCpuStack(text)) adopt(line);
    const current = stacks.get(line.caller ?? '')?.at(-1);
    if (triggered && !(current?.rule?.shape === 'kill' && isKillLine(text))) {
      const found = findRule(text);
      if (found !== undefined && (found.rule.bare === true || !foreign)) {
        if (found.rule.again === true) {
          banners += 1;
          if (banners === 1 && !(stamped && timeSec === 0)) return;
          reboot();
        }
        printed.remember(line, true);
        takeBeginning(line, current, found);
        return closeNested(line);
      }
      if (!foreign && (text.startsWith(CUT_HERE) || isFrameEdge(text))) {
        printed.remember(line, false);
        takeEdge(line, current);
        return closeNested(line);
      }
    }
    if (current === undefined) return;
    if (current.take(line, linesRead) === 'over') return close(current);
    printed.remember(line, false);
    closeNested(line);
  };
  /** A report within another ends with its mark: what comes is the outer one's. */
  const closeNested = ({ caller }: ConsoleText) => {
    const stack = stacks.get(caller ?? '');
    const top = stack?.at(-1);
    if (top?.lingers === true && stack !== undefined && stack.length > 1) leave(top);
  };
  const reboot = () => {
    for (const report of queue) close(report);
    printed.clear();
    markerSec = 0;
  };

  const scanner = createChunkScanner({
    isCareful: () => queue.length > 0,
    onLine: (scanned) => {
      for (const line of readConsoleLine(scanned.raw, scanned.stamped)) takeText(line, scanned);
      emitClosed();
    },
  });
  const settle = () => {
    for (const report of queue) emit(report);
  };
  return {
    push: (chunk) => scanner.push(chunk),
    settle,
    end: () => {
      scanner.end();
      settle();
      queue.length = 0;
      stacks.clear();
    },
  };
}

function readAnyMark(text: string): string | undefined {
  return text.startsWith(MARKER) ? text.slice(MARKER.length).trim() : undefined;
}
