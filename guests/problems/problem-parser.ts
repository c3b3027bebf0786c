import type { KernelProblem } from '../../orchestrator/model/problem.ts';
import { readConsoleLine, type ConsoleText } from './console-line.ts';
import { OpenReport } from './open-report.ts';
import type { ProblemRule } from './problem-rule.ts';
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
/** A panic of another caller explains itself by what another one reported just before. */
const FOLLOWS = /panic_on_\w+ set|Fatal exception|hung_task|softlockup|hung tasks|RCU Stall|kernel: panic_on|kasan|kfence|out of memory|Oops/i;

/** Problems come in the order in which their reports began. */
export function createProblemParser(onProblem: (problem: KernelProblem) => void): ProblemParser {
  /** In the order of their beginnings, closed ones among them until their turn comes. */
  const queue: OpenReport[] = [];
  const stacks = new Map<string, OpenReport[]>();
  let marker: string | undefined;
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
    for (const [caller, stack] of stacks) {
      const at = stack.indexOf(report);
      if (at === -1) continue;
      stack.splice(at, 1);
      if (stack.length === 0) stacks.delete(caller);
    }
  };
  const open = ({ caller }: ConsoleText): OpenReport => {
    while (queue.length >= MAX_OPEN) {
      const [oldest] = queue;
      if (oldest !== undefined) close(oldest);
      emitClosed();
    }
    const report = new OpenReport(caller, marker);
    queue.push(report);
    const stack = stacks.get(caller ?? '') ?? [];
    stacks.set(caller ?? '', stack);
    if (stack.length >= MAX_NESTED && stack[0] !== undefined) close(stack[0]);
    stack.push(report);
    return report;
  };

  const takeMarker = (text: string) => {
    marker = text.slice(MARKER.length).trim();
    // The rig's lines stand between tests. What has no end mark and told its trace is over; what has one may go on below.
    for (const report of queue) if (report.complete) close(report);
  };
  /** Whose panic it is: the caller's own report, or the last one if the panic says that it follows from one. */
  const findPanicking = (line: ConsoleText, current: OpenReport | undefined): OpenReport | undefined => {
    if (current?.mayPanic(line.timeSec) === true) return current;
    return FOLLOWS.test(line.text) ? queue.findLast((report) => !report.closed && report.mayPanic(line.timeSec)) : undefined;
  };
  /** What a caller prints from now on is the report's. */
  const hand = (caller: string | undefined, report: OpenReport) => {
    const others = stacks.get(caller ?? '')?.filter((other) => other !== report) ?? [];
    for (const other of others) if (other.rule === undefined) close(other);
    stacks.set(caller ?? '', [...others.filter((other) => !other.closed), report]);
  };
  const takeBeginning = (line: ConsoleText, current: OpenReport | undefined, { rule, title }: { readonly rule: ProblemRule; readonly title: string }) => {
    if (rule.shape === 'panic') {
      const panicking = findPanicking(line, current);
      if (panicking !== undefined) {
        hand(line.caller, panicking);
        return panicking.panic(line, linesRead);
      }
    }
    if (rule.shape === 'line') {
      // It stands for itself, be it amidst another report.
      const report = open(line);
      report.begin(rule, title);
      report.take(line, linesRead);
      return close(report);
    }
    if (current?.mayBe(rule) === true) {
      current.begin(rule, title);
      current.take(line, linesRead);
      return;
    }
    if (current?.complete === true) close(current);
    const report = open(line);
    report.begin(rule, title);
    if (rule.shape === 'panic') report.panic(line, linesRead);
    else report.take(line, linesRead);
  };
  const takeEdge = (line: ConsoleText, current: OpenReport | undefined) => {
    if (current !== undefined && (current.inHead || (current.rule?.shape === 'frame' && !current.complete))) {
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
    if (text.startsWith(MARKER)) return takeMarker(text);
    linesRead += 1;
    for (const report of queue) if (!report.closed && report.isStale(timeSec, linesRead)) close(report);
    if (isOtherCpuStack(text)) adopt(line);
    const current = stacks.get(line.caller ?? '')?.at(-1);
    const foreignToAll = line.timeSec === undefined && line.caller === undefined && stamped;
    if (triggered && !(current?.rule?.shape === 'kill' && isKillLine(text))) {
      const found = findRule(text);
      if (found !== undefined && (found.rule.bare === true || !foreignToAll)) {
        if (found.rule.again !== true) return takeBeginning(line, current, found);
        banners += 1;
        if (banners > 1 || (stamped && timeSec === 0)) return takeBeginning(line, current, found);
        return;
      }
      if (text.startsWith(CUT_HERE) || isFrameEdge(text)) return takeEdge(line, current);
    }
    if (current === undefined) return;
    if (current.take(line, linesRead) === 'over') close(current);
    else if (current.lingers && (stacks.get(line.caller ?? '')?.length ?? 0) > 1) close(current);
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
