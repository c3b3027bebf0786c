import type { ProblemKind } from '../../orchestrator/model/problem.ts';
import type { TextShape } from './console-line.ts';
import { isMachinery, isMachineryFormerly } from './machinery.ts';
import { normaliseNumbers, normaliseTitle } from './normalise-title.ts';
import type { SignatureBasis } from './problem-rule.ts';
import { findOwnStacks, findStalledStack, hasTrace, isStall, readStacks, type ReportStack } from './report-stacks.ts';
import { readFrame, type Frame } from './stack-trace.ts';

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
  /** All lines. */
  readonly texts: readonly string[];
  /** What each of them is known to be. */
  readonly shapes: readonly TextShape[];
  /** So many of them say what the defect is: up to the end mark, or to the panic that it led to. */
  readonly ownLines: number;
  /** Where the panic begins that it led to; undefined if it led to no panic. */
  readonly panicLine: number | undefined;
  /** The CPU that a stall's report is about. */
  readonly stalledCpu: number | undefined;
  /** The kind that former versions took it for; undefined if they did not see it. */
  readonly formerKind: ProblemKind | undefined;
}

export interface Signature {
  readonly signature: string;
  /** What former versions called it, if it was something else. */
  readonly alias: string | undefined;
  /** The stack that it names; undefined if it names no stack. */
  readonly stack: ReportStack | undefined;
}

/** The same for the same defect across addresses, line numbers, PIDs, CPU counts, builds and compilers. */
export function signProblem(defect: Defect): Signature {
  const { kind, basis, title, texts, shapes, ownLines, formerKind } = defect;
  const own = ownLines === texts.length ? texts : texts.slice(0, ownLines);
  const locks = basis === 'locks' ? findLockClasses(own) : [];
  const words = basis === 'handlers' ? findHandlers(own).join(' < ') : locks.join(' / ');
  // What has words of its own needs no stack.
  const all = words === '' && basis !== 'title' && basis !== 'handlers' ? readStacks(own, shapes) : [];
  const stacks = findStacks(defect, own, all);
  const frames = new Frames(texts);
  const functions = findSignificantFunctions(
    stacks.map(({ frameLines }) => frameLines),
    frames,
    NOW,
  );
  const signature = sign(kind, words || functions.join(' < ') || normaliseTitle(title));
  if (formerKind === undefined) return { signature, alias: undefined, stack: stacks[0] };
  const former = sign(formerKind, describeFormerly(defect, locks, frames));
  return { signature, alias: former === signature ? undefined : former, stack: stacks[0] };
}

function findStacks(
  { kind, stalledCpu, panicLine, texts }: Defect,
  own: readonly string[],
  all: readonly ReportStack[],
): readonly ReportStack[] {
  if (isStall(kind)) return findStalledStack(kind, own, all, stalledCpu);
  const stacks = findOwnStacks(all);
  if (panicLine === undefined || all.length === 0 || hasTrace(own, stacks)) return stacks;
  // What came to no stack of its own before the panic shows it in the panic's.
  const ofPanic = findOwnStacks(readStacks(texts.slice(panicLine)));
  return [
    ...stacks,
    ...ofPanic.map((stack) => ({ ...stack, frameLines: stack.frameLines.map((line) => line + panicLine) })),
  ];
}

const sign = (kind: ProblemKind, defect: string): string => `${kind}: ${defect}`.slice(0, MAX_CHARS);

/** By the rule of versions up to 0.1: from all stacks of the report and of the panic behind it alike. */
function describeFormerly(
  { basis, title, texts, shapes }: Defect,
  ownLocks: readonly string[],
  frames: Frames,
): string {
  if (basis === 'title') return normaliseNumbers(title);
  const locks = basis === 'locks' && ownLocks.length < LOCKS ? findLockClasses(texts) : ownLocks;
  if (locks.length > 0) return locks.join(' / ');
  const functions = findSignificantFunctions([listNaming(texts, shapes)], frames, FORMERLY);
  return functions.length > 0 ? functions.join(' < ') : normaliseNumbers(title);
}

/** The lines that may name a function, by all that is known of them. */
function listNaming(texts: readonly string[], shapes: readonly TextShape[]): number[] {
  const lines: number[] = [];
  for (let line = 0; line < texts.length; line += 1) if (shapes[line] !== 'filler') lines.push(line);
  return lines;
}

interface NameRule {
  readonly nameOf: (frame: Frame) => string | undefined;
  readonly isMachinery: (name: string) => boolean;
}

const NOW: NameRule = { nameOf: ({ name }) => name, isMachinery };
const FORMERLY: NameRule = { nameOf: ({ formerName }) => formerName, isMachinery: isMachineryFormerly };

/** The frames of a report, each read once, and only if somebody asks. */
class Frames {
  readonly #texts: readonly string[];
  readonly #read: (Frame | undefined)[] = [];

  constructor(texts: readonly string[]) {
    this.#texts = texts;
  }

  at(line: number): Frame | undefined {
    const known = this.#read[line];
    if (known !== undefined) return known;
    const frame = readFrame(this.#texts[line] ?? '');
    if (frame !== undefined) this.#read[line] = frame;
    return frame;
  }
}

/** The first functions that identify a defect; all alike are better than none, and so are uncertain ones. */
function findSignificantFunctions(
  lists: readonly Iterable<number>[],
  frames: Frames,
  { nameOf, isMachinery: isGeneric }: NameRule,
): readonly string[] {
  const certain: FoundNames = { significant: [], all: [] };
  const uncertain: FoundNames = { significant: [], all: [] };
  for (const lines of lists) {
    for (const line of lines) {
      const frame = frames.at(line);
      const name = frame && nameOf(frame);
      if (name === undefined) continue;
      const found = frame?.certain === true ? certain : uncertain;
      addFirst(found.all, name);
      if (!isGeneric(name)) addFirst(found.significant, name);
      if (certain.significant.length === FUNCTIONS) return certain.significant;
    }
  }
  const { significant, all } = certain.all.length > 0 ? certain : uncertain;
  return significant.length > 0 ? significant : all;
}

/** The first few of each. */
interface FoundNames {
  readonly significant: string[];
  readonly all: string[];
}

function addFirst(names: string[], name: string): void {
  if (names.length < FUNCTIONS && !names.includes(name)) names.push(name);
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
