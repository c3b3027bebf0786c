import type { ProblemKind } from '../../orchestrator/model/problem.ts';
import { isMachinery } from './machinery.ts';
import { readFrame, type Frame } from './stack-trace.ts';

/** One stack of a report, with the registers before it. */
export interface ReportStack {
  /**
   * - `own`: what the report is about.
   * - `answer`: of a CPU that was asked for it.
   * - `aside`: where memory was allocated or freed, or what else is no part of the defect's own stack.
   */
  readonly role: 'own' | 'answer' | 'aside';
  readonly cpu: number | undefined;
  /** Of the report's lines, its first and the one behind its last. */
  readonly from: number;
  to: number;
  readonly frames: StackFrame[];
}

interface StackFrame extends Frame {
  /** It stands in the trace, not among the registers before it. */
  readonly traced: boolean;
  /** Registers in the midst of a trace, or the end of an interrupt's: what was interrupted begins here. */
  readonly resumes: boolean;
}

const CPU_HEAD = /^(?:NMI backtrace for cpu (\d+)|(?:Task|Stack) dump for CPU (\d+)|CPU: (\d+) |Pid: \d+, comm)/;
const TASK_HEAD = /^task:/;
const TRACE_HEAD = /^\s*(?:Call [Tt]race:|(?:stack )?[Bb]acktrace:)/;
/** Who allocated or freed what the report is about: until an empty line, or until the report's own stack. */
const ALLOCATION = /^(?:page_owner |page last (?:allocated|free)|[Aa]llocated by task|[Ff]reed by task|(?:Last|Second to last) potentially related|Uninit was (?:created|stored))/;
/** Another task, which the report is not about: the grace-period kthread that did not get to run, and who may hold what a hung task waits for. */
const BYSTANDER = /grace-period kthread stack dump|kthread (?:starved|timer wakeup)|^INFO: task .* blocked on an? (?:mutex|semaphore|rw-semaphore)|^Showing all locks/;
const LAST_RAN = /Stack dump where RCU GP kthread last ran/;
/** A line of a trace that no line began: `[<80c1e5e8>] (__schedule) from [<80c1eb20>] (schedule+0x60/0xdc)`, ` dax_fault+0x1/0x2`. */
const TRACED = /^(?:\s+(?!RIP|EIP|IP)|\[[<\dc])/;
/** In the midst of a trace: what was interrupted. */
const RESUMES = /^\s*(?:RIP: |EIP: |pc : |epc : |NIP |<\/IRQ>|<\/NMI>|<EOI>)|<EOI>/;

/** Cuts a report into its stacks, those without frames left out. */
export function readStacks(texts: readonly string[]): ReportStack[] {
  const stacks: ReportStack[] = [];
  let stack: ReportStack = { role: 'own', cpu: undefined, from: 0, to: texts.length, frames: [] };
  let traced = false;
  let ofAllocation = false;
  let resumes = false;
  const begin = (role: ReportStack['role'], at: number, cpu?: number) => {
    stack.to = at;
    if (stack.frames.length > 0) stacks.push(stack);
    stack = { role, cpu, from: at, to: texts.length, frames: [] };
    traced = ofAllocation = resumes = false;
  };
  for (const [at, text] of texts.entries()) {
    const frame = readFrame(text);
    if (frame !== undefined) {
      traced ||= TRACED.test(text);
      stack.frames.push({ ...frame, traced, resumes: traced && (resumes || RESUMES.test(text)) });
      resumes = false;
      continue;
    }
    const cpu = CPU_HEAD.exec(text);
    if (cpu !== null) {
      const number = cpu[1] ?? cpu[2] ?? cpu[3];
      // `CPU: 1 PID: 12 …` right after `NMI backtrace for cpu 1` is the same one's.
      const role = cpu[1] !== undefined || (stack.role === 'answer' && stack.frames.length === 0) ? 'answer' : 'own';
      begin(role, role === 'answer' && cpu[1] === undefined ? stack.from : at, number === undefined ? undefined : Number(number));
    } else if (ALLOCATION.test(text)) {
      begin('aside', at);
      ofAllocation = true;
    } else if (BYSTANDER.test(text) || LAST_RAN.test(text)) begin('aside', at);
    else if (TASK_HEAD.test(text)) {
      if (stack.role !== 'aside' || stack.frames.length > 0) begin('own', at);
    } else if (TRACE_HEAD.test(text)) {
      if (ofAllocation) begin('own', at);
      traced = true;
    } else if (ofAllocation && text.trim() === '') begin('own', at);
    else if (RESUMES.test(text)) resumes = true;
  }
  begin('own', texts.length);
  return stacks;
}

/** Frames that make a stack trace where no line says so. */
const TRACE_FRAMES = 3;

/** Whether a report came as far as its stack trace. */
export function hasTrace(texts: readonly string[], stacks: readonly ReportStack[]): boolean {
  return texts.some((text) => TRACE_HEAD.test(text)) || stacks.some(({ frames }) => frames.filter(({ traced }) => traced).length >= TRACE_FRAMES);
}

/** Reports of what does not go on: whoever prints them interrupted it. */
const STALLS: ReadonlySet<ProblemKind> = new Set(['soft-lockup', 'hard-lockup', 'rcu-stall']);
/** Which CPU stands still: `CPU#1 stuck`, `hard LOCKUP on cpu 1`, `CPU 7 Hard LOCKUP`, `other CPUs 7`. */
const STUCK_CPU = /CPU#(\d+) stuck|LOCKUP on (?:cpu |CPU|other CPUs )(\d+)|^(?:watchdog: )?(?:Watchdog )?CPU[ :]?(\d+) (?:self-detected )?[Hh]ard LOCKUP/;
/** Of an RCU stall: `rcu: 	1-....: (20999 ticks this GP)`, `{ 1-...D }`, `{ 1}`. */
const STALLED_CPU = /^(?:rcu: )?\s*(\d+)-\S*: \(|detected (?:expedited )?stalls? on CPUs\/tasks: \{ (\d+)|detected (?:stall on )?CPU (\d+)\b/;

/** Which CPU a stall's report is about; undefined if it does not say so, or is about a task. */
export function findStalledCpu(texts: readonly string[]): number | undefined {
  for (const text of texts) {
    const match = STUCK_CPU.exec(text) ?? STALLED_CPU.exec(text);
    const cpu = match?.slice(1).find(Boolean);
    if (cpu !== undefined) return Number(cpu);
  }
  return undefined;
}

/** The stacks that the report is about. Of a stall it is one, without the interrupt that found it. */
export function findOwnStacks(kind: ProblemKind, stacks: readonly ReportStack[], stalledCpu: number | undefined): readonly ReportStack[] {
  const own = stacks.filter(({ role }) => role !== 'aside');
  if (!STALLS.has(kind)) {
    const asked = own.filter(({ role }) => role === 'own');
    return asked.length > 0 ? asked : own;
  }
  const candidates = own
    .filter(({ role, cpu }) => kind !== 'hard-lockup' || role === 'own' || stalledCpu === undefined || cpu === stalledCpu)
    .map((stack) => ({ ...stack, frames: dropInterrupt(stack.frames) }));
  const telling = candidates.filter(({ frames }) => frames.some(({ name }) => !isMachinery(name)));
  const found = telling.find(({ cpu }) => stalledCpu !== undefined && cpu === stalledCpu) ?? telling[0] ?? candidates[0];
  return found === undefined ? [] : [found];
}

export const isStall = (kind: ProblemKind): boolean => STALLS.has(kind);

/** Prints stacks, in the interrupt that finds a stall. */
const PRINTER = /^(?:_*sched_show_task|dump_cpu_task|_*dump_stack\w*|dump_backtrace\w*|show_(?:stack|regs)\w*|rcu_\w+|_*rcu_\w+|check_cpu_stall|_*print_(?:other_)?cpu_stall|nmi_\w+|arch_trigger_\w+|trigger_\w+|watchdog_timer_fn|unwind_backtrace|walk_stackframe|print_other_cpu_stall)$/;
/** The way into an interrupt: below it stands what was interrupted. */
const INTERRUPT_ENTRY = /^(?:(?:asm_)?(?:sysvec_)?(?:smp_)?\w*apic_timer_interrupt\w*|(?:asm_)?call_(?:on|irq_on|sysvec_on)\w*|el\d\w*_irq\w*|el1_interrupt|do_interrupt_handler|__irq_svc|handle_riscv_irq|do_irq|ret_from_exception|handle_exception|decrementer_common\w*|timer_interrupt|do_ext_irq|ext_int_handler|ret_from_intr|(?:asm_)?common_interrupt)$/;

function dropInterrupt(frames: readonly StackFrame[]): StackFrame[] {
  const printer = frames.findIndex(({ name, traced }) => traced && PRINTER.test(name));
  if (printer === -1) return [...frames];
  const resumed = frames.findIndex(({ resumes }, at) => at > printer && resumes);
  const entry = frames.findIndex(({ name }, at) => at > printer && INTERRUPT_ENTRY.test(name));
  let from = resumed;
  if (entry !== -1 && (resumed === -1 || entry < resumed)) {
    from = entry;
    while (from !== resumed && from < frames.length && INTERRUPT_ENTRY.test(frames[from]?.name ?? '')) from += 1;
  }
  return from === -1 ? [...frames] : [...frames.filter(({ traced }) => !traced), ...frames.slice(from).filter(({ traced }) => traced)];
}
