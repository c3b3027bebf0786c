import type { KernelProblem } from '../../orchestrator/model/problem.ts';
import { copyText } from './console-chunk.ts';
import { readConsoleLine, type ConsoleText } from './console-line.ts';
import { OpenReport } from './open-report.ts';
import type { ProblemRule } from './problem-rule.ts';
import { findPanicCause } from './panic-cause.ts';
import { PlainLine } from './plain-line.ts';
import { PrintedHeads } from './printed-heads.ts';
import { isFrameEdge, isKillLine, isOtherCpuStack } from './report-body.ts';
import { createChunkScanner, type ScannedLine } from './chunk-scanner.ts';
import { CUT_HERE, findRule, MARKER } from './rules.ts';

/** Reads a kernel's console and gives out what the kernel complains of. */
export interface ProblemParser {
  /** Bytes of the console, cut anywhere. */
  push(chunk: Uint8Array): void;
  /**
   * Gives out what is still open, as far as it came. The rest of such a report is dropped when it comes, but for a
   * panic: that gives the report out again, as fatal.
   */
  settle(): void;
  /** The console has ended. */
  end(): void;
}

/** Tasks and CPUs whose reports are open at a time; the oldest makes room. */
const MAX_OPEN = 24;
/** Reports that nothing came for are looked for every so many lines. */
const SWEEP_LINES = 32;
/** Reports within reports, where the console does not name the callers. */
const MAX_NESTED = 4;

export interface ProblemParserOptions {
  /**
   * The text of the rig's own line, `undefined` for one that is none of them. Default: each line that begins like one.
   */
  readonly readMark?: (text: string) => string | undefined;
}

/** Problems come in the order in which their reports began. */
export function createProblemParser(
  onProblem: (problem: KernelProblem) => void,
  { readMark = readAnyMark }: ProblemParserOptions = {},
): ProblemParser {
  /** In the order of their beginnings, closed ones among them until their turn comes. */
  const queue: OpenReport[] = [];
  const stacks = new Map<string, OpenReport[]>();
  const printed = new PrintedHeads();
  let marker: string | undefined;
  let markerSec = 0;
  let banners = 0;
  /** Lines that were looked at. */
  let linesRead = 0;
  let nextSweep = SWEEP_LINES;
  /** The report that took the last line as one of its body. */
  let taking: OpenReport | undefined;
  const firstOfRun = new PlainLine();
  const lastOfRun = new PlainLine();

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
    marker = copyText(text);
    // The rig's lines stand between tests. What has no end mark and has its trace is over; what has one may go on
    // below.
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
    report.stop();
  };
  const takeBeginning = (
    line: ConsoleText,
    top: OpenReport | undefined,
    { rule, title }: { readonly rule: ProblemRule; readonly title: string },
  ) => {
    if (rule.shape === 'panic') return takePanic(line, rule, title, top);
    const report = rule.shape === 'line' ? open(line) : findBegun(line, top, rule);
    report.begin(rule, title, line, linesRead);
    // It stands for itself, be it amidst another report.
    if (rule.shape === 'line') close(report);
  };
  /** The report whose head the line continues, or a new one. */
  const findBegun = (line: ConsoleText, top: OpenReport | undefined, rule: ProblemRule): OpenReport => {
    const shared =
      rule.shared === true
        ? queue.findLast((report) => !report.closed && report.rule?.shared === true && report.rule.kind === rule.kind)
        : undefined;
    if (shared !== undefined) {
      // Who prints of it prints its details, too.
      if (!stacks.has(line.caller ?? '')) stacks.set(line.caller ?? '', [shared]);
      return shared;
    }
    let current = top;
    if (current?.awaitsFramed === true && !current.mayBe(rule)) {
      // The edge was no report's.
      close(current);
      current = stacks.get(line.caller ?? '')?.at(-1);
    }
    if (current?.mayBe(rule) === true) return current;
    if (current?.complete === true) close(current);
    return open(line);
  };
  const takeEdge = (line: ConsoleText, current: OpenReport | undefined) => {
    const own = current?.takesEdge(line.text) === true;
    if (!own && current?.complete === true) current.linger();
    (own ? current : open(line)).take(line, linesRead);
  };

  /** The stack of a CPU that was asked for it belongs to the report that asked. */
  const adopt = (line: ConsoleText): OpenReport[] | undefined => {
    const { caller } = line;
    closeStale(line);
    const asking = caller === undefined ? undefined : queue.findLast((report) => !report.closed && report.asksOthers);
    if (caller === undefined || asking === undefined) return undefined;
    const stack = [asking];
    stacks.set(caller, stack);
    return stack;
  };

  const takeText = (line: ConsoleText, { stamped, words }: ScannedLine) => {
    const { timeSec } = line;
    if (words.length > 0) {
      // An earlier mark comes again where a program prints the log.
      if (line.text.startsWith(MARKER) && timeSec !== undefined && timeSec < markerSec) return;
      const mark = readMark(line.text);
      if (mark !== undefined) return takeMarker(mark, timeSec);
    }
    const foreign = timeSec === undefined && line.caller === undefined && stamped;
    linesRead += 1;
    // A line with such a word may ask for any open report, not only for its caller's.
    if (words.length > 0 || linesRead >= nextSweep) closeStale(line);
    let stack = stacks.get(line.caller ?? '');
    if (stack?.at(-1)?.isStale(line, linesRead) === true) {
      closeStale(line);
      stack = stacks.get(line.caller ?? '');
    }
    if (stack === undefined && line.shape === 'any' && isOtherCpuStack(line.text)) stack = adopt(line);
    const current = stack?.at(-1);
    if (words.length > 0 && takesTrigger(line, { stamped, words }, foreign, current)) return closeNested(line);
    if (current === undefined) return;
    if (current.take(line, linesRead) === 'over') return close(current);
    if (stack !== undefined && stack.length > 1) closeNested(line);
    taking = current;
  };
  /** Whether a line with a word that may begin something did so. */
  const takesTrigger = (
    line: ConsoleText,
    { stamped, words }: Pick<ScannedLine, 'stamped' | 'words'>,
    foreign: boolean,
    current: OpenReport | undefined,
  ): boolean => {
    const { text, timeSec } = line;
    if (current?.rule?.shape === 'kill' && isKillLine(text)) {
      printed.meet(line);
      return false;
    }
    const found = findRule(text, words);
    if (found !== undefined && (found.rule.bare === true || !foreign)) {
      if (found.rule.again === true) {
        banners += 1;
        if (banners === 1 && !(stamped && timeSec === 0)) return true;
        reboot();
      } else if (printed.meet(line) && (timeSec !== undefined || foreign)) return true;
      takeBeginning(line, current, found);
      return true;
    }
    if (foreign || !(text.startsWith(CUT_HERE) || isFrameEdge(text))) return false;
    if (printed.meet(line) && timeSec !== undefined) return true;
    takeEdge(line, current);
    return true;
  };
  const closeStale = (line: ConsoleText) => {
    nextSweep = linesRead + SWEEP_LINES;
    for (const report of queue) if (!report.closed && report.isStale(line, linesRead)) close(report);
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

  const isTaking = (): boolean => taking !== undefined;
  const scanner = createChunkScanner({
    isCareful: () => queue.length > 0,
    onLine: (scanned) => {
      const { line } = scanned;
      taking = undefined;
      if (typeof line === 'string') for (const part of readConsoleLine(line, scanned.stamped)) takeText(part, scanned);
      else takeText(line, scanned);
      emitClosed();
      return isTaking() && typeof line === 'object' && line.shape !== 'any';
    },
    onRun: (run) => {
      if (taking === undefined) return false;
      firstOfRun.readOfRun(run.chunk, run.from, run.second, run.shape);
      lastOfRun.readOfRun(run.chunk, run.last, run.next, run.shape);
      if (!taking.takeRun(run, firstOfRun, lastOfRun, linesRead + run.lines)) return false;
      linesRead += run.lines;
      return true;
    },
    onScanned: () => {
      for (const report of queue) report.keepBytes();
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
