import type { ProblemKind } from '../../orchestrator/model/problem.ts';
import type { TextShape } from './console-line.ts';
import { isMachinery } from './machinery.ts';
import { mayBeFrame, readFrame } from './stack-trace.ts';

/** One stack of a report, with the registers before it. */
export interface ReportStack {
  /**
   * - `own`: what the report is about.
   * - `answer`: of a CPU that was asked for it.
   * - `aside`: where memory was allocated or freed, or what else is no part of the defect's own stack.
   */
  readonly role: 'own' | 'answer' | 'aside';
  readonly cpu: number | undefined;
  /** Places of the report's lines: its first and the one behind its last. */
  readonly from: number;
  to: number;
  /** Those that may name a function. They are read when it is asked which: of most, the first few say all. */
  frameLines: number[];
  /** The first line of the trace itself; before it are registers, and what the title names. */
  traceFrom: number;
}

const CPU_HEAD = /^(?:NMI backtrace for cpu (\d+)|(?:Task|Stack) dump for CPU (\d+)|CPU: (\d+) |Pid: \d+, comm)/;
const TRACE_HEAD = /^\s*(?:Call [Tt]race:|(?:stack )?[Bb]acktrace:)/;
/** Who allocated or freed what the report is about: until an empty line, or until the report's own stack. */
const ALLOCATION =
  /^(?:page_owner |page last (?:allocated|free)|[Aa]llocated by task|[Ff]reed by task|(?:Last|Second to last) potentially related|Uninit was (?:created|stored))/;
/** The slab allocator's form of it. It matters who did so, not how it came there. */
const TRACK = /^(?:INFO: )?(?:Allocated|Freed) in \S+ age=/;
/**
 * Another task, which the report is not about. It is the grace-period kthread that did not get to run, or one that may
 * hold what a hung task waits for.
 */
const BYSTANDER =
  /^(?:rcu: .*(?:grace-period kthread stack dump|kthread (?:starved|timer wakeup)|Stack dump where RCU GP kthread last ran)|INFO: task .* blocked on an? (?:mutex|semaphore|rw-semaphore)|Showing all locks)/;
/**
 * A line of a trace that no line began: `[<80c1e5e8>] (__schedule) from [<80c1eb20>] (schedule+0x60/0xdc)`, `
 * dax_fault+0x1/0x2`.
 */
const TRACED = /^(?:\s+(?!RIP|EIP|IP)|\[[<\dc])/;
/** In the midst of a trace: what was interrupted. */
const RESUMES = /^\s*(?:RIP: |EIP: |pc : |epc : |NIP |<\/IRQ>|<\/NMI>|<EOI>)|<EOI>/;
/** What any of the heads begins with: registers and frames do not. */
const MAY_BE_HEAD = /^\s*(?:[NTSCPpAaFfLUrIBbs]|$)/;
/** Frames that make a stack trace where no line says so. */
const TRACE_FRAMES = 3;

/**
 * Cuts a report into its stacks, those without frames left out.
 *
 * @param shapes what each text is known to be, if that is known
 */
export function readStacks(texts: readonly string[], shapes: readonly TextShape[] = []): ReportStack[] {
  const stacks: ReportStack[] = [];
  let stack = makeStack('own', 0);
  let ofAllocation = false;
  const begin = (next: ReportStack, at: number) => {
    stack.to = at;
    if (stack.frameLines.length > 0) stacks.push(stack);
    stack = next;
    ofAllocation = false;
  };
  for (let at = 0; at < texts.length; at += 1) {
    const text = texts[at] ?? '';
    const shape = shapes[at];
    if (shape === 'filler') continue;
    if (shape === 'frame' || mayBeFrame(text)) {
      if (shape !== 'frame' && TRACK.test(text)) {
        begin(makeStack('own', at), at);
        stack.frameLines.push(at);
        begin(makeStack('aside', at + 1), at + 1);
        continue;
      }
      if (stack.traceFrom === Infinity && TRACED.test(text)) stack.traceFrom = at;
      stack.frameLines.push(at);
      continue;
    }
    if (!MAY_BE_HEAD.test(text)) continue;
    const head = CPU_HEAD.exec(text);
    if (head !== null) {
      const cpu = head[1] ?? head[2] ?? head[3];
      // `CPU: 1 PID: 12 …` right after `NMI backtrace for cpu 1` is the same one's.
      const goesOn = head[1] === undefined && stack.role === 'answer' && stack.frameLines.length === 0;
      begin(
        makeStack(
          goesOn || head[1] !== undefined ? 'answer' : 'own',
          goesOn ? stack.from : at,
          cpu === undefined ? undefined : Number(cpu),
        ),
        at,
      );
    } else if (ALLOCATION.test(text)) {
      begin(makeStack('aside', at), at);
      ofAllocation = true;
    } else if (BYSTANDER.test(text)) begin(makeStack('aside', at), at);
    else if (text.startsWith('task:')) {
      if (stack.role !== 'aside' || stack.frameLines.length > 0) begin(makeStack('own', at), at);
    } else if (TRACE_HEAD.test(text)) {
      if (ofAllocation) begin(makeStack('own', at), at);
      stack.traceFrom = Math.min(stack.traceFrom, at);
    } else if (ofAllocation && text.trim() === '') begin(makeStack('own', at), at);
  }
  begin(makeStack('own', texts.length), texts.length);
  return stacks;
}

const makeStack = (role: ReportStack['role'], from: number, cpu?: number): ReportStack => ({
  role,
  cpu,
  from,
  to: from,
  frameLines: [],
  traceFrom: Infinity,
});

/** Whether a report came as far as its stack trace. */
export function hasTrace(texts: readonly string[], stacks: readonly ReportStack[]): boolean {
  return (
    texts.some((text) => TRACE_HEAD.test(text)) ||
    stacks.some(({ frameLines, traceFrom }) => frameLines.filter((line) => line >= traceFrom).length >= TRACE_FRAMES)
  );
}

/** Reports of what does not go on: whoever prints them interrupted it. */
const STALLS: ReadonlySet<ProblemKind> = new Set(['soft-lockup', 'hard-lockup', 'rcu-stall']);
export const isStall = (kind: ProblemKind): boolean => STALLS.has(kind);
/** Which CPU stands still: `CPU#1 stuck`, `hard LOCKUP on cpu 1`, `CPU 7 Hard LOCKUP`, `other CPUs 7`. */
const STUCK_CPU =
  /CPU#(\d+) stuck|LOCKUP on (?:cpu |CPU|other CPUs )(\d+)|^(?:watchdog: )?(?:Watchdog )?CPU[ :]?(\d+) (?:self-detected )?[Hh]ard LOCKUP/;
/** The CPUs of an RCU stall: `rcu: 	1-....: (20999 ticks this GP)`, `{ 1-...D }`, `{ 1}`. */
const STALLED_CPU =
  /^(?:rcu: )?\s*(\d+)-\S*: \(|detected (?:expedited )?stalls? on CPUs\/tasks: \{ (\d+)|detected (?:stall on )?CPU (\d+)\b/;

/** Which CPU a stall's report is about; undefined if it does not say so, or is about a task. */
export function findStalledCpu(texts: readonly string[]): number | undefined {
  for (const text of texts) {
    const match = STUCK_CPU.exec(text) ?? STALLED_CPU.exec(text);
    const cpu = match?.slice(1).find(Boolean);
    if (cpu !== undefined) return Number(cpu);
  }
  return undefined;
}

/** The stacks that a report is about, but for a stall's. */
export function findOwnStacks(stacks: readonly ReportStack[]): readonly ReportStack[] {
  const own = stacks.filter(({ role }) => role === 'own');
  return own.length > 0 ? own : stacks.filter(({ role }) => role === 'answer');
}

/** The stack of what stands still, without the interrupt that found it; none if no stack is its. */
export function findStalledStack(
  kind: ProblemKind,
  texts: readonly string[],
  stacks: readonly ReportStack[],
  stalledCpu: number | undefined,
): readonly ReportStack[] {
  const candidates = stacks
    .filter(
      ({ role, cpu }) =>
        role !== 'aside' &&
        (kind !== 'hard-lockup' || role === 'own' || stalledCpu === undefined || cpu === stalledCpu),
    )
    .map((stack) => ({ ...stack, frameLines: dropInterrupt(texts, stack) }));
  const significant = candidates.filter(({ frameLines }) =>
    frameLines.some((line) => !isMachinery(nameAt(texts, line) ?? 'panic')),
  );
  const found =
    significant.find(({ cpu }) => stalledCpu !== undefined && cpu === stalledCpu) ?? significant[0] ?? candidates[0];
  return found === undefined ? [] : [found];
}

const nameAt = (texts: readonly string[], line: number): string | undefined => readFrame(texts[line] ?? '')?.name;

/** Prints stacks, in the interrupt that finds a stall. */
const PRINTER =
  /^(?:_*sched_show_task|dump_cpu_task|_*dump_stack\w*|dump_backtrace\w*|show_(?:stack|regs)\w*|rcu_\w+|_*rcu_\w+|check_cpu_stall|_*print_(?:other_)?cpu_stall|nmi_\w+|arch_trigger_\w+|trigger_\w+|watchdog_timer_fn|unwind_backtrace|walk_stackframe)$/;
/** The way into an interrupt: below it stands what was interrupted. */
const INTERRUPT_ENTRY =
  /^(?:(?:asm_)?(?:sysvec_)?(?:smp_)?\w*apic_timer_interrupt\w*|(?:asm_)?call_(?:on|irq_on|sysvec_on)\w*|el\d\w*_irq\w*|el1_interrupt|do_interrupt_handler|__irq_svc|handle_riscv_irq|do_irq|ret_from_exception|handle_exception|decrementer_common\w*|timer_interrupt|do_ext_irq|ext_int_handler|ret_from_intr|(?:asm_)?common_interrupt)$/;

/** Leaves the registers before the trace, and of the trace what was interrupted. */
function dropInterrupt(texts: readonly string[], { frameLines, traceFrom }: ReportStack): number[] {
  const printer = frameLines.find((line) => line >= traceFrom && PRINTER.test(nameAt(texts, line) ?? ''));
  if (printer === undefined) return frameLines;
  const isEntry = (line: number): boolean => INTERRUPT_ENTRY.test(nameAt(texts, line) ?? '');
  let from = frameLines.findIndex((line, at) => line > printer && (resumesAt(texts, frameLines, at) || isEntry(line)));
  if (from === -1) return frameLines;
  while (from < frameLines.length && !resumesAt(texts, frameLines, from) && isEntry(frameLines[from] ?? 0)) from += 1;
  return [
    ...frameLines.filter((line) => line < traceFrom),
    ...frameLines.slice(from).filter((line) => line >= traceFrom),
  ];
}

/** Whether what was interrupted begins with this frame, or with a line between it and the frame before. */
function resumesAt(texts: readonly string[], frameLines: readonly number[], at: number): boolean {
  return texts.slice((frameLines[at - 1] ?? 0) + 1, (frameLines[at] ?? 0) + 1).some((text) => RESUMES.test(text));
}
