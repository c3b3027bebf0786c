/** `Call Trace:` and its like: what comes before is a report's head. */
const TRACE_BEGIN = /^\s*(?:Call [Tt]race:|(?:stack )?[Bb]acktrace:|<(?:TASK|IRQ|NMI)>)/;
const TRACE_END = /-{3}\[ end trace/;
const PANIC_END = /-{3}\[ end Kernel panic/;
/** Said by a kernel that has stopped, and followed by little or nothing. */
const PANIC_LAST = /^(?:Kernel Offset: |Rebooting in \d)|-{3}\[ end Kernel panic/;
const KILLED = /^(?:Memory cgroup )?[Oo]ut of memory: Kill|^(?:Memory cgroup )?Killed process \d/;
const FRAME_EDGE = /^={10,}\s*$/;

/**
 * What lines of a report look like, but for frames. It need not know all: a few in a row may look like others' lines.
 */
const BODY = new RegExp(
  [
    String.raw`^\s`,
    String.raw`^$`,
    String.raw`^(?:[A-Z][A-Z\d]{1,3}|[rxw]\d{1,2}|pc|lr|sp|pstate|PKRU|EFLAGS|Code|CR2|FS|GS)\s?:`,
    // ARM's dump of the stack, and what its, powerpc's, s390's and RISC-V's registers are called
    String.raw`^[\da-f]{3,4}: |^(?:PC is at|LR is at|Flags: |Control: |Exception stack|Register |NIP|MSR|CFAR|GPR\d\d|epc : |Krnl |Last Breaking|(?:user|swapper) pgtable|Mem abort|Data abort|Call Trace)`,
    String.raw`^(?:\[<|<\/?[A-Z]|[-=]{4,}|-{3}\[ end |\*{2,}|-> #|#\d|#PF: |PGD |[><] ?[\da-f]{8}|[\da-f]{8,}\b|\(|\[[\da-f]{8})`,
    String.raw`^(?:(?:mce: |\{\d+\})?\[Hardware Error\]|irq \d|handlers:|Disabling IRQ|CPU: |Call |Stack|Modules linked|Hardware name|Workqueue|Tainted|Comm:|Process |task:|Internal error|Oops|Kernel Offset|Rebooting|Shutting down|Dumping ftrace|Sending NMI|NMI backtrace|INFO: lockdep|INFO: Slab|INFO: Object|Backtrace|Exception|Fixing recursive|note: |Disabling lock|irq event|(?:hard|soft)irqs (?:last|are)|Preemption disabled|in_atomic|preempt_count|RCU nest|Showing (?:all locks|busy)|workqueue |pool |\d+ locks? held|no locks held|other info|stack backtrace|but |which lock|the |and |Chain exists|Possible |lock\(|to a |\.\.\. |(?:Read|Write|Allocated|Freed|Last|Memory state|The buggy|page|flags|raw|kasan|KASAN|rcu|rdi|Uninit|Local variable|Bytes|Memory access|Data copied|value changed|race at|read|write|kfence|pfn|addr|file|BUG|Object|Redzone|Bytes b4|Padding|Mem-Info|Node |active|isolated|unevictable|slab|mapped|free:|lowmem|swap|Swap|Free swap|Total swap|oom|comm |hex dump|backtrace|unreferenced)\b)`,
  ].join('|'),
);

/** What a line is to a report. */
export interface LineRole {
  readonly body: boolean;
  /** It names a function of the kernel's code. */
  readonly frame: boolean;
  /** And does so as a line of a stack trace. */
  readonly traced: boolean;
  readonly traceBegin: boolean;
  readonly traceEnd: boolean;
  /** `CPU: 1 PID: 12 Comm: fio`: somebody prints a stack. */
  readonly cpuHead: boolean;
  readonly frameEdge: boolean;
  /**
   * `Oops: 0000 [#1] SMP` and its like end what an exception says of itself; what follows is its body, or another's.
   */
  readonly die: boolean;
  /** An RCU stall and a hard lockup want to see what the other CPUs do. */
  readonly asks: boolean;
  /** The bytes at which an exception happened. */
  readonly code: boolean;
  /** It may say which CPU or task the report is of. */
  readonly origin: boolean;
  /** FORTIFY_SOURCE found one: it warns, and then stops. */
  readonly overflow: boolean;
}

const NONE: LineRole = {
  body: false,
  frame: false,
  traced: false,
  traceBegin: false,
  traceEnd: false,
  cpuHead: false,
  frameEdge: false,
  die: false,
  asks: false,
  code: false,
  origin: false,
  overflow: false,
};
/** A line of a report, and nothing else. */
export const BODY_LINE: LineRole = { ...NONE, body: true };
/** A line of a stack trace, and nothing else. */
export const FRAME_LINE: LineRole = { ...BODY_LINE, frame: true, traced: true };

const IS_FRAME = /\+0x[\da-f]+\/0x[\da-f]+|\{\S+\+\d+\}/;
const ASKS = /^[Ss]ending NMI (?:from CPU \d+ )?to (?:all )?(?:other )?CPUs/;
const ORIGIN = /CPU|task|\/\d(?!x)/;
const CPU_HEAD = /^(?:CPU: \d+ |Pid: \d+, comm)/;
const DIE_MARK = /\[#?\d+\](?: [A-Z]+(?=[ _]|$)| *$)/;

/**
 * Asked of each line of a report: what a pattern must find somewhere in the line is looked for by a plain search first.
 */
export function readRole(text: string): LineRole {
  const frame = (text.includes('+0x') || text.includes('}')) && IS_FRAME.test(text);
  const first = text.charCodeAt(0);
  const indented = first === SPACE || first === TAB;
  const traceBegin = TRACE_BEGIN.test(text);
  if (frame && indented && !traceBegin) return FRAME_LINE;
  const bracketed = text.includes('[');
  return {
    body: frame || indented || BODY.test(text),
    frame,
    traced: frame && (indented || first === BRACKET),
    traceBegin,
    traceEnd: bracketed && TRACE_END.test(text),
    cpuHead: CPU_HEAD.test(text),
    frameEdge: FRAME_EDGE.test(text),
    die: bracketed && isDieLine(text),
    asks: ASKS.test(text),
    code: text.startsWith('Code: '),
    origin: !indented && ORIGIN.test(text),
    overflow: text.includes('detected buffer overflow'),
  };
}

const SPACE = 0x20;
const TAB = 0x09;
const BRACKET = 0x5b;

export const isOtherCpuStack = (text: string): boolean => text.startsWith('NMI backtrace for cpu');
const isDieLine = (text: string): boolean => DIE_MARK.test(text) && /: |^Oops/.test(text);
export const isPanicEnd = (text: string): boolean => PANIC_END.test(text);
export const isPanicLast = (text: string): boolean => PANIC_LAST.test(text);
export const isKillLine = (text: string): boolean => KILLED.test(text);
export const isFrameEdge = (text: string): boolean => FRAME_EDGE.test(text);
