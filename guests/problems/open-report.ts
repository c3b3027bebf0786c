import type { KernelProblem, ProblemKind } from '../../orchestrator/model/problem.ts';
import type { ConsoleText } from './console-line.ts';
import { findOrigin } from './origin.ts';
import type { PanicCause } from './panic-cause.ts';
import type { ProblemRule } from './problem-rule.ts';
import {
  FOREIGN_LINES,
  FOREIGN_LINES_BEFORE_HEAD,
  FOREIGN_LINES_IN_HEAD,
  FOREIGN_LINES_IN_KILL,
  FOREIGN_LINES_IN_PANIC,
  HEAD_LINES,
  MAX_LINES_OF_OTHERS,
  MAX_LINE_CHARS,
  MAX_PANIC_LINES,
  MAX_PAUSE_FOR_ANSWERS_SEC,
  MAX_PAUSE_IN_MIDST_SEC,
  MAX_PAUSE_SEC,
  MAX_PAUSE_TO_PANIC_SEC,
  MAX_REPORT_LINES,
  PROGRAM_LINE,
  TRACE_FRAMES,
} from './report-bounds.ts';
import { asksOtherCpus, isKillLine, isPanicEnd, isPanicLast, readRole, type LineRole } from './report-body.ts';
import { findStalledCpu, isStall } from './report-stacks.ts';
import { CUT_HERE, rankRule } from './rules.ts';
import { signProblem } from './signature.ts';

/** The processor refused: the kernel says `Oops:` or its like next. */
const EXCEPTIONS: ReadonlySet<ProblemKind> = new Set(['null-dereference', 'paging-fault', 'general-protection', 'divide-error', 'oops']);
/** What dies of these prints nothing more: a panic right behind them is their own. */
const FAULTS: ReadonlySet<ProblemKind> = new Set([...EXCEPTIONS, 'stack-overflow', 'panic']);
/** FORTIFY_SOURCE warns, and then stops: two reports, one overflow. */
const OVERFLOW = /detected buffer overflow/;

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
  private readonly cutHere: boolean;
  private formerRule: ProblemRule | undefined;
  private traceSeen = false;
  private endSeen = false;
  private panicSeen = false;
  private panicEnded = false;
  private pardoned = false;
  private overflown = false;
  private overflowSeen = false;
  /** It has all; what comes is of somebody else, unless it is a panic. */
  private othersStack = false;
  private frames = 0;
  private tracedFrames = 0;
  private cpuHeads = 0;
  private dieSeen = false;
  /** The code bytes after the trace: the last line of an oops before 2.6.25 brought the end mark. */
  private codeSeen = false;
  private foreign = 0;
  private bodyLines = 0;
  /** So many lines say what the defect is; after them come the registers of an earlier oops, or a panic. */
  private defectLines: number | undefined;
  private panicLine: number | undefined;
  private lastLine = 0;
  private readonly firstTimeSec: number | undefined;
  private lastTimeSec: number | undefined;

  /** @param first the line that it begins with */
  constructor(first: ConsoleText, marker: string | undefined) {
    this.caller = first.caller;
    this.firstTimeSec = first.timeSec;
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
    if (rule === undefined || rule.shape === 'line' || this.panicSeen) return false;
    if (cause !== undefined && typeof cause.of === 'object') return cause.of.includes(rule.kind) && !this.pausesAt(timeSec, MAX_PAUSE_FOR_ANSWERS_SEC);
    if (this.pausesAt(timeSec, cause === undefined ? MAX_PAUSE_TO_PANIC_SEC : MAX_PAUSE_IN_MIDST_SEC)) return false;
    if (cause?.of === 'any') return !this.dieSeen && !EXCEPTIONS.has(rule.kind);
    return this.dieSeen || FAULTS.has(rule.kind) || !this.complete;
  }

  /**
   * Another line of its head, and not the head of a further report: an exception says what happened before it says
   * `Oops:`, a WARN() and a BUG() may say their reason first, the watchdog's WARN() after.
   */
  mayBe(rule: ProblemRule): boolean {
    if (this.rule?.shape === 'block') return rule === this.rule && this.lines.length <= HEAD_LINES;
    if (this.awaitsFramed) return rule.shape === 'frame' || rule.kind.startsWith('lockdep');
    if (this.endSeen) return this.overflowSeen && !this.dieSeen && (rule.kind === 'bug' || rule.kind === 'oops');
    if (!this.inHead || this.dieSeen) return false;
    if (this.rule === undefined || rule.kind === this.rule.kind || rule.blame === 'rig') return true;
    // Who cut here says WARNING next, or after its reason.
    if (rule.kind === 'warning' && this.lines.length <= HEAD_LINES && this.cutHere) return true;
    if (rule.kind === 'hard-lockup') return this.rule.kind === 'warning';
    return rule.shape === 'end-trace' && (this.rule.shape === 'end-trace' || this.rule.kind === 'bug');
  }

  /** An edge belongs to it: it has not said yet what it is, draws edges itself, or says the same once more as a BUG(). */
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
    if (this.rule === undefined && this.frames > 0) this.dropForeignTrace();
    if (this.rule === undefined || rankRule(rule) < rankRule(this.rule)) {
      this.rule = rule;
      this.title = title;
    }
    if (rule.since === undefined && (this.formerRule === undefined || rankRule(rule) < rankRule(this.formerRule))) this.formerRule = rule;
    this.take(line, lineNumber);
    this.bodyLines = this.lines.length;
    // Behind what others printed without a line feed: when it was printed is not known.
    if (!line.text.startsWith(title)) this.lastTimeSec = undefined;
  }

  panic(line: ConsoleText, lineNumber: number): void {
    this.lastLine = lineNumber;
    this.panicSeen = true;
    this.emitted = false;
    this.foreign = 0;
    this.panicLine = this.texts.length;
    this.defectLines ??= this.panicLine;
    this.keep(line);
    this.bodyLines = this.lines.length;
  }

  /** Nothing has come for it for a while. @param caller who prints now: what lacks its end is waited for until its own caller is elsewhere */
  isStale({ timeSec, caller }: ConsoleText, lineNumber: number): boolean {
    if (lineNumber - this.lastLine > MAX_LINES_OF_OTHERS) return true;
    if (this.panicSeen) return false;
    if (this.asksOthers) return this.pausesAt(timeSec, MAX_PAUSE_FOR_ANSWERS_SEC);
    return (this.complete || caller === this.caller) && this.pausesAt(timeSec, MAX_PAUSE_IN_MIDST_SEC);
  }

  /** Takes a line, or finds that the report is over: then the line is none of it. */
  take(line: ConsoleText, lineNumber: number): 'taken' | 'over' {
    const { text } = line;
    const role = readRole(text);
    if (this.isOthers(role) || (this.complete && !this.asksOthers && this.pausesAt(line.timeSec, MAX_PAUSE_SEC))) this.othersStack = true;
    // A program prints what was before.
    if (line.timeSec !== undefined && this.firstTimeSec !== undefined && line.timeSec < this.firstTimeSec) return 'taken';
    if (this.othersStack && !this.panicSeen) return 'taken';
    this.lastLine = lineNumber;
    if (role.body) this.foreign = 0;
    else this.foreign += line.timeSec === undefined && this.lastTimeSec !== undefined ? PROGRAM_LINE : 1;
    if (this.foreign > this.foreignLimit()) return 'over';
    if (this.endSeen && !this.panicSeen && !role.body) return 'taken';
    if (this.foreign > FOREIGN_LINES && !this.panicSeen && this.rule?.shape === 'end-trace') return 'taken';
    this.keep(line);
    if (role.body) this.bodyLines = this.lines.length;
    if (role.frame) this.frames += 1;
    if (role.traced) this.tracedFrames += 1;
    if (role.cpuHead) this.cpuHeads += 1;
    if (role.traceBegin || (this.frames >= TRACE_FRAMES && this.rule !== undefined && this.rule.signature !== 'locks')) this.traceSeen = true;
    if (this.rule?.pardon?.test(text) === true) this.pardoned = true;
    if (role.die) this.dieSeen = true;
    if (this.traceSeen && text.startsWith('Code: ')) this.codeSeen = true;
    if (!role.frame) {
      if (asksOtherCpus(text)) this.asksOthers = true;
      if (OVERFLOW.test(text)) this.overflowSeen = true;
      this.findEnd(text, role);
    }
    return this.panicEnded && isPanicEnd(text) ? 'over' : 'taken';
  }

  /** What was collected; undefined if it has turned out to be nothing. */
  toProblem(): KernelProblem | undefined {
    const rule = this.rule;
    if (this.pardoned) return undefined;
    if (rule === undefined && !(this.traceSeen && this.cutHere)) return undefined;
    if (rule?.needsDie === true && !this.dieSeen && !this.panicSeen) return undefined;
    const kind = rule?.kind ?? 'warning';
    const title = rule === undefined ? (this.texts[1] ?? '').trim() : this.title;
    // Without others' lines after its last one.
    const ownLines = this.bodyLines === 0 ? this.lines.length : this.bodyLines;
    const count = this.texts.findLastIndex((text, index) => index < ownLines && text.trim() !== '') + 1;
    const texts = this.texts.slice(0, count);
    const own = this.defectLines === undefined ? texts : texts.slice(0, this.defectLines);
    const { signature, alias, stack } = signProblem({ kind, basis: rule?.signature ?? 'functions', title, own, panic: texts.slice(this.panicLine ?? count), texts, formerKind: rule === undefined ? kind : this.formerRule?.kind });
    return {
      kind,
      title,
      signature,
      ...(alias !== undefined && { aliases: [alias] }),
      lines: this.lines.slice(0, count),
      ...(this.caller !== undefined && { caller: this.caller }),
      ...(isStall(kind) ? findOrigin(texts, stack && own.slice(stack.from, stack.to), findStalledCpu(own)) : findOrigin(texts)),
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

  /** After the end, or after its one stack, somebody else prints a stack. */
  private isOthers(role: LineRole): boolean {
    if (this.panicSeen || !(role.cpuHead || role.traceBegin)) return false;
    if (this.endSeen) return true;
    if (!role.cpuHead || this.rule?.shape !== 'backtrace' || this.asksOthers || isStall(this.rule.kind)) return false;
    return this.cpuHeads > 0 && this.traceSeen && this.frames > 0;
  }

  /** The end of another's stack, in which it cut. */
  private dropForeignTrace(): void {
    const kept = this.texts.flatMap((text, index) => (readRole(text).frame || /^ *<\/?[A-Z]+>/.test(text) ? [] : [index]));
    const [lines, texts] = [kept.map((index) => this.lines[index] ?? ''), kept.map((index) => this.texts[index] ?? '')];
    this.lines.splice(0, this.lines.length, ...lines);
    this.texts.splice(0, this.texts.length, ...texts);
    this.frames = 0;
  }

  private findEnd(text: string, role: LineRole): void {
    const before = this.endSeen;
    if (role.traceEnd) this.endSeen = true;
    if (this.rule?.shape === 'frame' && this.tracedFrames > 0 && role.frameEdge) this.endSeen = true;
    if (this.rule?.shape === 'kill' && isKillLine(text)) this.endSeen = true;
    if (this.endSeen && !before) this.defectLines ??= this.texts.length;
    if (this.panicSeen && isPanicLast(text)) this.panicEnded = true;
  }

  private foreignLimit(): number {
    if (this.rule === undefined) return FOREIGN_LINES_BEFORE_HEAD;
    if (this.panicSeen) return FOREIGN_LINES_IN_PANIC;
    if (this.rule.shape === 'kill' && !this.endSeen) return FOREIGN_LINES_IN_KILL;
    return EXCEPTIONS.has(this.rule.kind) && this.inHead && !this.dieSeen ? FOREIGN_LINES_IN_HEAD : FOREIGN_LINES;
  }

  private pausesAt(timeSec: number | undefined, limitSec: number): boolean {
    return timeSec !== undefined && this.lastTimeSec !== undefined && timeSec - this.lastTimeSec > limitSec;
  }

  private keep({ raw, text, timeSec }: ConsoleText): void {
    if (timeSec !== undefined) this.lastTimeSec = timeSec;
    if (this.emitted) return;
    const room = MAX_REPORT_LINES + (this.panicSeen ? MAX_PANIC_LINES : 0);
    if (this.lines.length >= room) {
      this.overflown = true;
      return;
    }
    this.lines.push(raw.length > MAX_LINE_CHARS ? raw.slice(0, MAX_LINE_CHARS) : raw);
    this.texts.push(text.length > MAX_LINE_CHARS ? text.slice(0, MAX_LINE_CHARS) : text);
  }
}
