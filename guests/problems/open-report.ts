import type { KernelProblem } from '../../orchestrator/model/problem.ts';
import { copyText } from './console-chunk.ts';
import type { ConsoleText } from './console-line.ts';
import { describeReport } from './describe-report.ts';
import { KeptLines } from './kept-lines.ts';
import { EXCEPTIONS, FAULTS, mayFollow, type PanicCause } from './panic-cause.ts';
import type { PlainLine } from './plain-line.ts';
import type { PlainRun } from './plain-run.ts';
import type { ProblemRule } from './problem-rule.ts';
import {
  FOREIGN_LINES,
  HEAD_LINES,
  limitForeign,
  MAX_LINES_OF_OTHERS,
  MAX_PANIC_LINES,
  MAX_PAUSE_FOR_ANSWERS_SEC,
  MAX_PAUSE_IN_MIDST_SEC,
  MAX_PAUSE_SEC,
  MAX_REPORT_LINES,
  PROGRAM_LINE,
  TRACE_FRAMES,
} from './report-bounds.ts';
import { BODY_LINE, FRAME_LINE, isKillLine, isPanicEnd, isPanicLast, readRole, type LineRole } from './report-body.ts';
import { ReportClock } from './report-clock.ts';
import { isStall } from './report-stacks.ts';
import { CUT_HERE, rankRule } from './rules.ts';

type ProblemDraft = { -readonly [Key in keyof KernelProblem]: KernelProblem[Key] };

/** A report whose lines still come, or whose panic may still come. */
export class OpenReport {
  rule: ProblemRule | undefined;
  title = '';
  closed = false;
  /** Given out already; a panic gives it out once more. */
  emitted = false;
  /** It asked other CPUs for their stacks, which come under those CPUs' names. */
  asksOthers = false;
  private readonly kept = new KeptLines();
  private readonly caller: string | undefined;
  private readonly marker: string | undefined;
  private readonly cutHere: boolean;
  private formerRule: ProblemRule | undefined;
  private traceSeen = false;
  endSeen = false;
  panicSeen = false;
  private panicEnded = false;
  private pardoned = false;
  private overflown = false;
  private overflowSeen = false;
  /** It has all; what comes is of somebody else, unless it is a panic. */
  private othersStack = false;
  /** The lines that may say where it comes from. */
  private readonly originLines: number[] = [];
  private frames = 0;
  private tracedFrames = 0;
  private cpuHeads = 0;
  dieSeen = false;
  /** The code bytes after the trace: the last line of an oops before 2.6.25 brought the end mark. */
  private codeSeen = false;
  private foreign = 0;
  private bodyLines = 0;
  /** So many lines say what the defect is; after them come the registers of an earlier oops, or a panic. */
  private defectLines: number | undefined;
  private panicLine: number | undefined;
  private lastLine = 0;
  private readonly clock: ReportClock;

  /** @param first the line that it begins with */
  constructor(first: ConsoleText, marker: string | undefined) {
    this.caller = first.caller;
    this.clock = new ReportClock(first.timeSec);
    this.marker = marker;
    this.cutHere = first.text.startsWith(CUT_HERE);
  }

  /** What it is, is still to be said, or may be said better by the next line. */
  get inHead(): boolean {
    return !this.traceSeen && !this.endSeen && !this.panicSeen && this.rule?.shape !== 'block';
  }

  /** Something with an edge of its own began; a panic may still follow from this one. */
  linger(): void {
    this.endSeen = true;
  }

  /** Nothing more needs to come. */
  get complete(): boolean {
    if (this.panicSeen) return this.panicEnded;
    if (this.endSeen || this.othersStack || this.rule?.shape === 'line' || this.rule?.shape === 'block') return true;
    return this.rule?.shape === 'backtrace' && this.traceSeen;
  }

  /** Its lines have come to their mark; what may come is a panic. */
  get lingers(): boolean {
    return this.endSeen && !this.panicSeen;
  }

  /** Opened by an edge such as lockdep and the sanitizers draw, and no head has come yet. */
  get awaitsFramed(): boolean {
    return this.rule === undefined && !this.cutHere;
  }

  /** Whether a panic is what became of this report. @param cause what the panic's words say of it */
  mayPanic(timeSec: number | undefined, cause: PanicCause | undefined): boolean {
    const { rule } = this;
    if (rule === undefined || rule.shape === 'line' || this.panicSeen || this.clock.isBefore(timeSec)) return false;
    const { kind } = rule;
    const isFault = this.dieSeen || FAULTS.has(kind);
    return mayFollow(
      cause,
      { kind, isFault: this.dieSeen || EXCEPTIONS.has(kind), broken: isFault || !this.complete },
      (limitSec) => this.clock.pausesAt(timeSec, limitSec),
    );
  }

  /**
   * Another line of its head, and not the head of a further report. An exception says what happened before it says
   * `Oops:`. A WARN() and a BUG() may say their reason first, the watchdog's WARN() after.
   */
  mayBe(rule: ProblemRule): boolean {
    if (this.rule?.shape === 'block') return rule === this.rule && this.kept.length <= HEAD_LINES;
    if (this.awaitsFramed) return rule.shape === 'frame' || rule.kind.startsWith('lockdep');
    if (this.endSeen) return this.overflowSeen && !this.dieSeen && (rule.kind === 'bug' || rule.kind === 'oops');
    if (!this.inHead || this.dieSeen) return false;
    if (this.rule === undefined || rule.kind === this.rule.kind || rule.blame === 'rig') return true;
    // Who cut here says WARNING next, or after its reason.
    if (rule.kind === 'warning' && this.kept.length <= HEAD_LINES && this.cutHere) return true;
    if (rule.kind === 'hard-lockup') return this.rule.kind === 'warning';
    return rule.shape === 'end-trace' && (this.rule.shape === 'end-trace' || this.rule.kind === 'bug');
  }

  /**
   * An edge belongs to it: it has not said yet what it is, draws edges itself, or says the same once more as a BUG().
   */
  takesEdge(text: string): boolean {
    if (this.endSeen) return text.startsWith(CUT_HERE) && this.overflowSeen && !this.dieSeen && !this.panicSeen;
    if (this.rule?.shape === 'frame') return !this.complete;
    return this.inHead && (this.rule === undefined || text.startsWith(CUT_HERE) || this.rule.signature === 'locks');
  }

  /** It is a panic by itself. */
  stop(): void {
    this.panicSeen = true;
  }

  /** Takes a line that says what it is. */
  begin(rule: ProblemRule, title: string, line: ConsoleText, lineNumber: number): void {
    if (this.rule === undefined && this.frames > 0) this.dropForeignTrace(line.timeSec);
    if (this.rule === undefined || rankRule(rule) < rankRule(this.rule)) {
      this.rule = rule;
      this.title = copyText(title);
    }
    if (rule.since === undefined && (this.formerRule === undefined || rankRule(rule) < rankRule(this.formerRule)))
      this.formerRule = rule;
    this.take(line, lineNumber);
    this.bodyLines = this.kept.length;
    // Behind what others printed without a line feed: when it was printed is not known.
    if (!line.text.startsWith(title)) this.clock.forget();
  }

  panic(line: ConsoleText, lineNumber: number): void {
    this.lastLine = lineNumber;
    this.panicSeen = true;
    this.emitted = false;
    this.foreign = 0;
    this.panicLine = this.kept.length;
    this.defectLines ??= this.panicLine;
    this.keep(line, readRole(line.text));
    this.bodyLines = this.kept.length;
  }

  /**
   * Nothing has come for it for a while. @param caller who prints now: what lacks its end is waited for until its own
   * caller is elsewhere
   */
  isStale({ timeSec, caller }: ConsoleText, lineNumber: number): boolean {
    if (lineNumber - this.lastLine > MAX_LINES_OF_OTHERS) return true;
    if (this.panicSeen) return false;
    if (this.asksOthers) return this.clock.pausesAt(timeSec, MAX_PAUSE_FOR_ANSWERS_SEC);
    return (this.complete || caller === this.caller) && this.clock.pausesAt(timeSec, MAX_PAUSE_IN_MIDST_SEC);
  }

  /** Takes a line, or finds that the report is over: then the line is none of it. */
  take(line: ConsoleText, lineNumber: number): 'taken' | 'over' {
    const role = line.shape === 'frame' ? FRAME_LINE : line.shape === 'filler' ? BODY_LINE : readRole(line.text);
    if (this.isPrintedAgain(line)) return 'taken';
    if (this.isOthers(role) || (this.complete && !this.asksOthers && this.clock.pausesAt(line.timeSec, MAX_PAUSE_SEC)))
      this.othersStack = true;
    if (this.othersStack && !this.panicSeen) return 'taken';
    this.lastLine = lineNumber;
    if (role.body) this.foreign = 0;
    else this.foreign += line.timeSec === undefined && this.clock.lastSec !== undefined ? PROGRAM_LINE : 1;
    if (this.foreign > 0 && this.foreign > limitForeign(this)) return 'over';
    if (this.endSeen && !this.panicSeen && !role.body) return 'taken';
    if (this.foreign > FOREIGN_LINES && !this.panicSeen && this.rule?.shape === 'end-trace') return 'taken';
    this.keep(line, role);
    if (role.body) this.bodyLines = this.kept.length;
    this.countFrames(role.frame ? 1 : 0, role.traced ? 1 : 0);
    if (role.cpuHead) this.cpuHeads += 1;
    if (role.traceBegin) this.traceSeen = true;
    if (line.shape === 'any') this.notice(line.text, role);
    return this.panicEnded && isPanicEnd(line.text) ? 'over' : 'taken';
  }

  /**
   * Takes a run of lines like the one that it took last, or finds that it must look at each by itself.
   *
   * @param first @param last its first and last line
   */
  takeRun(run: PlainRun, first: PlainLine, last: PlainLine, lineNumber: number): boolean {
    if (this.emitted || this.othersStack || this.kept.length + run.lines > MAX_REPORT_LINES) return false;
    if (
      first.textFrom - first.from !== last.textFrom - last.from ||
      first.timeSec === undefined ||
      last.timeSec === undefined
    )
      return false;
    if (
      this.clock.isBefore(first.timeSec) ||
      this.clock.lastSec === undefined ||
      this.clock.mayHave(first.timeSec) ||
      last.timeSec < first.timeSec ||
      this.clock.pausesAt(last.timeSec, MAX_PAUSE_SEC)
    )
      return false;
    this.lastLine = lineNumber;
    this.foreign = 0;
    this.clock.tick(last.timeSec);
    this.kept.addRun(run, last);
    this.bodyLines = this.kept.length;
    if (last.shape === 'frame') this.countFrames(run.lines, run.lines);
    return true;
  }

  /** The console's bytes are about to be used for something else. */
  keepBytes(): void {
    this.kept.settle();
  }

  /** What was collected; undefined if it has turned out to be nothing. */
  toProblem(): KernelProblem | undefined {
    const rule = this.rule;
    if (this.pardoned) return undefined;
    if (rule === undefined && !(this.traceSeen && this.cutHere)) return undefined;
    if (rule?.needsDie === true && !this.dieSeen && !this.panicSeen) return undefined;
    const texts = this.kept.listTexts();
    // Without others' lines after its last one.
    const ownLines = this.bodyLines === 0 ? texts.length : this.bodyLines;
    const count = texts.findLastIndex((text, index) => index < ownLines && text.trim() !== '') + 1;
    const { formerRule, defectLines, panicLine, originLines, caller, marker } = this;
    const { kind, title, signature, alias, cpu, task } = describeReport({
      rule,
      formerRule,
      title: this.title,
      texts: count === texts.length ? texts : texts.slice(0, count),
      shapes: this.kept.listShapes(),
      defectLines,
      panicLine,
      originLines,
    });
    const problem: ProblemDraft = {
      kind,
      title,
      signature,
      lines: this.kept.list(count),
      truncated: this.overflown || !this.finished(),
      fatal: this.panicSeen || rule?.fatal === true,
      blame: rule?.blame ?? 'kernel',
    };
    // Spreading what may be absent takes V8 ten times as long as all of this.
    if (alias !== undefined) problem.aliases = [alias];
    if (caller !== undefined) problem.caller = caller;
    if (cpu !== undefined) problem.cpu = cpu;
    if (task !== undefined) problem.task = task;
    if (marker !== undefined) problem.marker = marker;
    return problem;
  }

  private finished(): boolean {
    if (this.rule?.shape === 'line' || (this.rule?.shape === 'block' && !this.panicSeen)) return true;
    if (this.panicSeen) return this.panicEnded;
    return (
      this.endSeen ||
      this.codeSeen ||
      (this.traceSeen && (this.rule?.shape === 'frame' || this.rule?.shape === 'backtrace'))
    );
  }

  /** A program prints what was before. */
  private isPrintedAgain(line: ConsoleText): boolean {
    if (this.clock.isBefore(line.timeSec)) return true;
    return line.timeSec !== undefined && this.clock.mayHave(line.timeSec) && this.kept.has(line.text, line.timeSec);
  }

  /** After the end, or after its one stack, somebody else prints a stack. */
  private isOthers(role: LineRole): boolean {
    if (this.panicSeen || !(role.cpuHead || role.traceBegin)) return false;
    if (this.endSeen) return true;
    if (!role.cpuHead || this.rule?.shape !== 'backtrace' || this.asksOthers || isStall(this.rule.kind)) return false;
    return this.cpuHeads > 0 && this.traceSeen && this.frames > 0;
  }

  /** The end of another's stack, in which it cut. */
  private dropForeignTrace(timeSec: number | undefined): void {
    this.clock.beginAt(timeSec);
    this.originLines.length = 0;
    this.kept.filter((text) => !readRole(text).frame && !/^ *<\/?[A-Z]+>/.test(text));
    this.frames = 0;
  }

  private countFrames(frames: number, traced: number): void {
    this.frames += frames;
    this.tracedFrames += traced;
    if (this.frames < TRACE_FRAMES || this.rule === undefined || this.rule.signature === 'locks') return;
    if (this.rule.tracked !== true || this.cpuHeads > 0) this.traceSeen = true;
  }

  private notice(text: string, role: LineRole): void {
    if (this.rule?.pardon?.test(text) === true) this.pardoned = true;
    if (role.die) this.dieSeen = true;
    if (this.traceSeen && role.code) this.codeSeen = true;
    if (role.frame) return;
    if (role.asks) this.asksOthers = true;
    if (role.overflow) this.overflowSeen = true;
    this.findEnd(text, role);
  }

  private findEnd(text: string, role: LineRole): void {
    const before = this.endSeen;
    if (role.traceEnd) this.endSeen = true;
    if (this.rule?.shape === 'frame' && this.tracedFrames > 0 && role.frameEdge) this.endSeen = true;
    if (this.rule?.shape === 'kill' && isKillLine(text)) this.endSeen = true;
    if (this.endSeen && !before) this.defectLines ??= this.kept.length;
    if (this.panicSeen && isPanicLast(text)) this.panicEnded = true;
  }

  private keep(line: ConsoleText, role: LineRole): void {
    this.clock.tick(line.timeSec);
    if (this.emitted) return;
    if (this.kept.length >= MAX_REPORT_LINES + (this.panicSeen ? MAX_PANIC_LINES : 0)) this.overflown = true;
    else {
      if (role.origin) this.originLines.push(this.kept.length);
      this.kept.add(line);
    }
  }
}
