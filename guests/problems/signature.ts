import type { ProblemKind } from '../../orchestrator/model/problem.ts';
import { isMachinery, isMachineryFormerly } from './machinery.ts';
import type { SignatureBasis } from './problem-rule.ts';
import { findOwnStacks, findStalledCpu, hasTrace, isStall, readStacks, type ReportStack } from './report-stacks.ts';
import type { Frame } from './stack-trace.ts';

const FUNCTIONS = 3;
const LOCKS = 2;
const MAX_CHARS = 300;

/** ` (&mm->mmap_lock){++++}-{3:3}, at: `; old kernels say `at: [<…>]`. A class may have parentheses of its own. */
const LOCK = /\(((?:[^()]|\([^()]*\))+)\)\s*\{[^}]*\}/;
const UNLOCKED = /is trying to release lock \(((?:[^()]|\([^()]*\))+)\)/;
/** What else a task holds depends on who called; only where nothing else is named it is the point. */
const HELD = /^\d+ locks? held by /;
/** Which of a chain of like-named classes it is depends on who registered first. */
const CLASS_NUMBER = /#\d+/g;
/** Who listens to an interrupt: `[<00000000a1b2c3d4>] e1000_intr`, or `threaded [<…>] e1000_msix`. */
const HANDLER = /^\s*\[<[\da-f]+>\] (\w+)(?: threaded \[<[\da-f]+>\] (\w+))?/;

/** What a signature is made of. */
export interface Defect {
  readonly kind: ProblemKind;
  readonly basis: SignatureBasis;
  readonly title: string;
  /** The lines up to the report's end mark, or to the panic that it led to. */
  readonly own: readonly string[];
  /** The panic's lines, if it led to one. */
  readonly panic: readonly string[];
  /** All lines. */
  readonly texts: readonly string[];
  /** The kind that former versions took it for; undefined if they did not see it. */
  readonly formerKind: ProblemKind | undefined;
}

export interface Signature {
  readonly signature: string;
  /** What former versions called it, if it was something else. */
  readonly alias: string | undefined;
  /** Whose stack it is of; undefined where it is of none. */
  readonly stack: ReportStack | undefined;
}

/** The same for the same defect across addresses, line numbers, PIDs, CPU counts, builds and compilers. */
export function signProblem(defect: Defect): Signature {
  const { basis, kind, formerKind } = defect;
  const stacks = basis === 'title' ? [] : findStacks(defect);
  const signature = sign(kind, describeDefect(defect, stacks));
  const former = formerKind === undefined ? signature : sign(formerKind, describeFormerly(defect));
  return { signature, alias: former === signature ? undefined : former, stack: stacks[0] };
}

/** What came to no stack of its own before the panic shows it in the panic's. */
function findStacks({ kind, own, panic }: Defect): readonly ReportStack[] {
  const stacks = findOwnStacks(kind, readStacks(own), findStalledCpu(own));
  if (panic.length === 0 || isStall(kind) || hasTrace(own, stacks)) return stacks;
  return [...stacks, ...findOwnStacks(kind, readStacks(panic), undefined)];
}

const sign = (kind: ProblemKind, defect: string): string => `${kind}: ${defect}`.slice(0, MAX_CHARS);

function describeDefect({ basis, title, own }: Defect, stacks: readonly ReportStack[]): string {
  if (basis === 'title') return normaliseTitle(title);
  if (basis === 'handlers') return findHandlers(own).join(' < ') || normaliseTitle(title);
  if (basis === 'locks') {
    const locks = findLockClasses(own);
    if (locks.length > 0) return locks.join(' / ');
  }
  const functions = findTellingFunctions(stacks.flatMap(({ frames }) => frames), isMachinery);
  return functions.length > 0 ? functions.join(' < ') : normaliseTitle(title);
}

/** By the rule of versions up to 0.1: from all stacks of the report and of the panic behind it alike. */
function describeFormerly({ basis, title, texts }: Defect): string {
  if (basis === 'title') return normaliseNumbers(title);
  if (basis === 'locks') {
    const locks = findLockClasses(texts);
    if (locks.length > 0) return locks.join(' / ');
  }
  const frames = readStacks(texts).flatMap((stack) => stack.frames.flatMap(({ formerName, certain }) => (formerName === undefined ? [] : [{ name: formerName, certain }])));
  const functions = findTellingFunctions(frames, isMachineryFormerly);
  return functions.length > 0 ? functions.join(' < ') : normaliseNumbers(title);
}

/** The first functions that tell one defect from another. */
function findTellingFunctions(frames: readonly Pick<Frame, 'name' | 'certain'>[], isGeneric: (name: string) => boolean): string[] {
  const certain = frames.filter((frame) => frame.certain);
  const names = (certain.length > 0 ? certain : frames).map(({ name }) => name);
  const telling = names.filter((name) => !isGeneric(name));
  return [...new Set(telling.length > 0 ? telling : names)].slice(0, FUNCTIONS);
}

function findLockClasses(texts: readonly string[]): string[] {
  const found = new Set<string>();
  for (const text of texts) {
    if (found.size > 0 && HELD.test(text)) break;
    const name = (LOCK.exec(text) ?? UNLOCKED.exec(text))?.[1]?.replaceAll(CLASS_NUMBER, '');
    if (name !== undefined) found.add(name);
    if (found.size === LOCKS) break;
  }
  return [...found];
}

function findHandlers(texts: readonly string[]): string[] {
  const from = texts.findIndex((text) => text.startsWith('handlers:'));
  if (from === -1) return [];
  return texts.slice(from).flatMap((text) => {
    const [, handler, threaded] = HANDLER.exec(text) ?? [];
    // Whose only handler is the thread's has this one before it.
    const name = handler === 'irq_default_primary_handler' ? threaded : handler;
    return name === undefined ? [] : [name];
  });
}

/** What varies from run to run becomes `N`; the words stay. */
function normaliseTitle(title: string): string {
  return normaliseNumbers(
    title
      // Which CPU watches, and how the watchdog introduces itself.
      .replace(/^(?:(?:NMI )?watchdog: )?(?:CPU\s?\d+: )?(?=Watchdog detected hard LOCKUP)/, '')
      // `Bad page state in process fio  pfn:1`, `code: fio/12`, `CPU#1, fio/12`, `atomic: fio/12/0x2`, `[fio:12]`, `fio/12 still has locks held`.
      .replace(/(?<=\bin process ).+?(?=  |$)/, 'N')
      .replace(/(?<=\b(?:code: |CPU#\d+[,:] |atomic: |atomic: .{0,20}))\S.*?\/-?\d+(?=\/0x|, [\da-f]+$|$)/, 'N/N')
      .replace(/(?<=\[)[^[\]]+:\d+(?=\]$)/, 'N')
      .replace(/^(?:(BUG: |WARNING: )?)\S.{0,20}\/\d+(?= still has locks held)/, '$1N/N')
      // `INFO: task fio:12 blocked`, `fio invoked oom-killer`, `Killed process 12 (fio)`, `fio: page allocation failure`, `Comm:fio Pid:12`.
      .replace(/(?<=^INFO: task ).+?:\d+(?= )/, 'N:N')
      .replace(/^.+(?= invoked oom-killer)/, 'N')
      .replace(/(?<=process \d+ )\(.+?\),?(?= |$).*/, '(N)')
      .replace(/^.+(?=: page allocation (?:failure|stalls))/, 'N')
      .replace(/\bcomm .+?:(?= |$)/, 'comm N:')
      .replace(/\bComm:.+? Pid:\d+/, 'Comm:N Pid:N')
      .replace(/(?<=\bSIGBUS to ).+?:\d+/, 'N:N')
      .replace(/(?<=^WARNING: kernel stack (?:regs|frame pointer) at .* in ).+?:-?\d+(?= has bad)/, 'N:N'),
  );
}

function normaliseNumbers(title: string): string {
  return title
    // A reboot is a reboot, whatever was booted.
    .replace(/^(Linux version) .*/, '$1')
    .replaceAll(/\bcomm [^:]+:/g, 'comm N:')
    .replaceAll(/=\d+(?:-\d+)?(?:,\d+(?:-\d+)?)*(?=\s|$)/g, '=N')
    .replaceAll(/\+0x[\da-f]+\/0x[\da-f]+/g, '')
    .replaceAll(/\.(?:isra|constprop|part|cold)(?:\.\d+)*/g, '')
    .replaceAll(/\b(?:0x)?[\da-f]{8,}\b|\b0x[\da-f]+\b/g, 'N')
    .replaceAll(/(?<=:)\d+(?=[\s:,]|$)/g, 'N')
    .replaceAll(/(?<![\w-])-?\d+(?:\.\d+)?(?=(?:m?s|[kKMG]B)?\b)/g, 'N')
    .replaceAll(/\b(pmem|loop|virtio|nmem|region|namespace|dax|btt|ndbus|sd[a-z]|vd[a-z]|dm-)\d+(?:\.\d+)?/g, '$1N')
    .replaceAll(/\s+/g, ' ');
}
