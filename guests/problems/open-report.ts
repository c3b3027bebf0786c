import type { KernelProblem } from '../../orchestrator/model/problem.ts';
import type { ConsoleText } from './console-line.ts';
import { findOrigin } from './origin.ts';
import type { ProblemRule } from './problem-rule.ts';
import { asksOtherCpus, isDieLine, isFrameEdge, isKillLine, isPanicEnd, isPanicLast, isTraceEnd, readRole } from './report-body.ts';
import { CUT_HERE, rankRule } from './rules.ts';
import { signProblem } from './signature.ts';

/** Enough for lockdep's long chains; more hides the point. */
const MAX_REPORT_LINES = 300;
/** Kept beyond the bound, for the panic that ends a long report. */
const MAX_PANIC_LINES = 60;
const MAX_LINE_CHARS = 1000;
/** So many lines in a row that do not look like a report's are others', and the report is over. */
const FOREIGN_LINES = 12;
const FOREIGN_LINES_IN_PANIC = 40;
/** What a program prints among the kernel's stamped lines says little about whether the kernel has done. */
const PROGRAM_LINE = 0.25;
/** Memory statistics look like nothing else. */
const FOREIGN_LINES_IN_KILL = 400;
/** `=====` without a head that is known is a banner of something else. */
const FOREIGN_LINES_BEFORE_HEAD = 3;
/** Between two lines of a report there are not so many of other tasks and CPUs. */
const MAX_LINES_OF_OTHERS = 250;
/** A report is printed at a stretch. */
const MAX_PAUSE_SEC = 10;
const MAX_PAUSE_TO_PANIC_SEC = 3;
/** Like heads within so many lines are one report that lists them. */
const HEAD_LINES = 3;
/** Frames that make a stack trace where no line says so. */
const TRACE_FRAMES = 3;

/** A report whose lines still come, or whose panic may still come. */
export class OpenReport {
  rule: ProblemRule | undefined;
  title = '';
  closed = false;
  /** Given out already; a panic gives it out once more. */
  emitted = false;
  /** It asked other CPUs for their stacks, which come under those CPUs' names. */
  asksOthers = false;
  private readonly lines: string[] = [];
  private readonly texts: string[] = [];
  private readonly caller: string | undefined;
  private readonly marker: string | undefined;
  private traceSeen = false;
  private endSeen = false;
  private panicSeen = false;
  private panicEnded = false;
  private pardoned = false;
  private overflown = false;
  private frames = 0;
  private dieSeen = false;
  /** The code bytes after the trace: the last line of an oops before 2.6.25 brought the end mark. */
  private codeSeen = false;
  private foreign = 0;
  private bodyLines = 0;
  private lastLine = 0;
  private lastTimeSec: number | undefined;

  constructor(caller: string | undefined, marker: string | undefined) {
    this.caller = caller;
    this.marker = marker;
  }

  /** What it is, is still to be told, or may be told better by the next line. */
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
    if (this.endSeen || this.rule?.shape === 'line' || this.rule?.shape === 'block') return true;
    return this.rule?.shape === 'backtrace' && this.traceSeen;
  }

  /** A panic joins what led to it right before. */
  mayPanic(timeSec: number | undefined): boolean {
    if (timeSec !== undefined && this.lastTimeSec !== undefined && timeSec - this.lastTimeSec > MAX_PAUSE_TO_PANIC_SEC) return false;
    return this.rule !== undefined && this.rule.shape !== 'line' && !this.panicSeen;
  }

  /** Its lines have come to their mark; what may come is a panic. */
  get lingers(): boolean {
    return this.endSeen && !this.panicSeen;
  }

  /**
   * Another line of its head, and not the head of a further report: an exception tells what happened before it says
   * `Oops:`, a WARN() and a BUG() may say their reason first, the watchdog's WARN() after.
   */
  mayBe(rule: ProblemRule): boolean {
    if (this.rule?.shape === 'block') return rule === this.rule && this.lines.length <= HEAD_LINES;
    if (!this.inHead || this.dieSeen) return false;
    if (this.rule === undefined || rule.kind === this.rule.kind || rule.blame === 'rig') return true;
    // Who cut here says WARNING next, or after its reason.
    if (rule.kind === 'warning' && this.lines.length <= HEAD_LINES && this.texts[0]?.startsWith(CUT_HERE) === true) return true;
    if (rule.kind === 'hard-lockup') return this.rule.kind === 'warning';
    return rule.shape === 'end-trace' && (this.rule.shape === 'end-trace' || this.rule.kind === 'bug');
  }

  begin(rule: ProblemRule, title: string): void {
    if (this.rule !== undefined && rankRule(this.rule) <= rankRule(rule)) return;
    this.rule = rule;
    this.title = title;
  }

  panic(line: ConsoleText, lineNumber: number): void {
    this.lastLine = lineNumber;
    this.panicSeen = true;
    this.emitted = false;
    this.foreign = 0;
    this.keep(line);
    this.bodyLines = this.lines.length;
  }

  /** Nothing has come for it for a while. */
  isStale(timeSec: number | undefined, lineNumber: number): boolean {
    if (lineNumber - this.lastLine > MAX_LINES_OF_OTHERS) return true;
    return !this.panicSeen && timeSec !== undefined && this.lastTimeSec !== undefined && timeSec - this.lastTimeSec > MAX_PAUSE_SEC;
  }

  /** Takes a line, or finds that the report is over: then the line is none of it. */
  take(line: ConsoleText, lineNumber: number): 'taken' | 'over' {
    this.lastLine = lineNumber;
    const { text } = line;
    const role = readRole(text);
    if (role.body) this.foreign = 0;
    else this.foreign += line.timeSec === undefined && this.lastTimeSec !== undefined ? PROGRAM_LINE : 1;
    if (this.foreign > this.foreignLimit()) return 'over';
    if (this.endSeen && !this.panicSeen && !role.body) return 'taken';
    this.keep(line);
    if (role.body) this.bodyLines = this.lines.length;
    if (role.frame) this.frames += 1;
    if (role.traceBegin || (this.frames >= TRACE_FRAMES && this.rule?.signature !== 'locks')) this.traceSeen = true;
    if (this.rule?.pardon?.test(text) === true) this.pardoned = true;
    if (isDieLine(text)) this.dieSeen = true;
    if (this.traceSeen && text.startsWith('Code: ')) this.codeSeen = true;
    if (asksOtherCpus(text)) this.asksOthers = true;
    this.findEnd(text);
    return this.panicEnded && isPanicEnd(text) ? 'over' : 'taken';
  }

  /** What was collected; undefined if it has turned out to be nothing. */
  toProblem(): KernelProblem | undefined {
    const rule = this.rule;
    if (this.pardoned) return undefined;
    if (rule === undefined && !(this.traceSeen && this.texts[0]?.startsWith(CUT_HERE) === true)) return undefined;
    const kind = rule?.kind ?? 'warning';
    const title = rule === undefined ? (this.texts[1] ?? '').trim() : this.title;
    // Without others' lines after its last one.
    const ownLines = this.bodyLines === 0 ? this.lines.length : this.bodyLines;
    const count = this.texts.findLastIndex((text, index) => index < ownLines && text.trim() !== '') + 1;
    const texts = this.texts.slice(0, count);
    return {
      kind,
      title,
      signature: signProblem(kind, rule?.signature ?? 'functions', title, texts),
      lines: this.lines.slice(0, count),
      ...(this.caller !== undefined && { caller: this.caller }),
      ...findOrigin(texts),
      truncated: this.overflown || !this.finished(),
      fatal: this.panicSeen || rule?.fatal === true,
      blame: rule?.blame ?? 'kernel',
      ...(this.marker !== undefined && { marker: this.marker }),
    };
  }

  private finished(): boolean {
    if (this.rule?.shape === 'line' || (this.rule?.shape === 'block' && !this.panicSeen)) return true;
    if (this.panicSeen) return this.panicEnded;
    return this.endSeen || this.codeSeen || (this.traceSeen && (this.rule?.shape === 'frame' || this.rule?.shape === 'backtrace'));
  }

  private findEnd(text: string): void {
    if (isTraceEnd(text)) this.endSeen = true;
    if (this.rule?.shape === 'frame' && this.frames > 0 && isFrameEdge(text)) this.endSeen = true;
    if (this.rule?.shape === 'kill' && isKillLine(text)) this.endSeen = true;
    if (this.panicSeen && isPanicLast(text)) this.panicEnded = true;
  }

  private foreignLimit(): number {
    if (this.rule === undefined) return FOREIGN_LINES_BEFORE_HEAD;
    if (this.panicSeen) return FOREIGN_LINES_IN_PANIC;
    return this.rule.shape === 'kill' && !this.endSeen ? FOREIGN_LINES_IN_KILL : FOREIGN_LINES;
  }

  private keep({ raw, text, timeSec }: ConsoleText): void {
    if (timeSec !== undefined) this.lastTimeSec = timeSec;
    if (this.emitted) return;
    const room = MAX_REPORT_LINES + (this.panicSeen ? MAX_PANIC_LINES : 0);
    if (this.lines.length >= room) {
      this.overflown = true;
      return;
    }
    this.lines.push(raw.slice(0, MAX_LINE_CHARS));
    this.texts.push(text.slice(0, MAX_LINE_CHARS));
  }
}
