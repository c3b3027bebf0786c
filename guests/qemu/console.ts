import type { KernelProblem } from '../../orchestrator/model/problem.ts';
import { createDeferred, type Deferred } from '../deferred.ts';
import { keepProblems } from '../hearing/kept-problems.ts';
import type { Marks } from '../hearing/marks.ts';
import { createProblemParser } from '../problems/problem-parser.ts';
import { createLineSplitter } from './line-splitter.ts';
import { findStacks } from './stacks.ts';

/** Marks of the guest's init; the contract with guests/images. */
const READY_MARK = 'ready';
const FATAL_MARK = 'FATAL: ';
const STAGE_MARK = /^stage (\S+)/;
const PANIC_MARK = 'Kernel panic - not syncing';
/** printk's word for lines that the console was too slow for: the log buffer had thrown them away before. */
const DROPPED_MARK = 'printk messages dropped';

/** Kept in memory for evidence; the whole log is a file. */
const KEPT_LINES = 4000;
const LAST_WORDS = 25;

/** A step of init that has ended. */
interface BootStage {
  readonly name: string;
  readonly atMs: number;
}

/** The serial console as it is read: milestones, and what explains a death. */
export interface GuestConsole {
  push(chunk: Uint8Array): void;
  end(): void;
  /** Fulfils when init says that sshd listens. */
  readonly ready: Promise<void>;
  /** What init said until then that it had come to, and when that was read, by `performance.now()`. */
  readonly stages: readonly BootStage[];
  /** Fulfils with the sentence by which the guest's init gave up. Nothing counts as that once the guest is ready. */
  readonly fatal: Promise<string>;
  /** Fulfils when this mark has come out. Only a mark that is waited for counts as one, and once. */
  sees(text: string): Promise<void>;
  /** So far: grows while anything is printed. */
  readonly bytes: number;
  /** How often the kernel said that it had dropped lines of its console. */
  readonly droppedLines: number;
  /** See `KeptProblems.dropped`. */
  readonly droppedProblems: number;
  /** Fulfils when a panic begins to be printed. */
  readonly panicked: Promise<void>;
  /** What best explains a death: what the kernel stopped with, else the last that it complained of. */
  report(): KernelProblem | undefined;
  /**
   * All problems since the last call, the first call's since the console began; one that is still being printed as far
   * as it came.
   */
  takeProblems(): KernelProblem[];
  fatalSentence(): string | undefined;
  /** What the kernel last showed of its stacks when it was asked to; empty if it never was. */
  stacks(): string[];
  /** The last lines, for when the kernel said nothing itself. */
  lastLines(): string[];
}

export function createConsole(marks: Marks, onLine?: (line: string) => void): GuestConsole {
  const lines: string[] = [];
  const ready = createDeferred<void>();
  const fatal = createDeferred<string>();
  const panicked = createDeferred<void>();
  const awaited = new Map<string, Deferred<void>>();
  const stages: BootStage[] = [];
  const kept = keepProblems();
  let explanation: KernelProblem | undefined;
  let sentence: string | undefined;
  let isReady = false;
  let bytes = 0;
  let droppedLines = 0;

  const takeProblem = (problem: KernelProblem) => {
    kept.add(problem);
    if (problem.blame === 'kernel' && (problem.fatal || explanation?.fatal !== true)) explanation = problem;
  };
  /** A program in the guest may print what looks like a mark. */
  const takeMark = (line: string): string | undefined => {
    const text = marks.read(line);
    if (text === undefined) return undefined;
    const seen = awaited.get(text);
    const counts = !isReady || seen !== undefined;
    if (!isReady) takeInitMark(text);
    awaited.delete(text);
    seen?.resolve();
    return counts ? text : undefined;
  };
  const takeInitMark = (text: string) => {
    if (text === READY_MARK) {
      isReady = true;
      ready.resolve();
    }
    const [, name] = STAGE_MARK.exec(text) ?? [];
    if (name !== undefined) stages.push({ name, atMs: performance.now() });
    if (text.startsWith(FATAL_MARK)) {
      sentence ??= text.slice(FATAL_MARK.length).trim();
      fatal.resolve(sentence);
    }
  };
  const problems = createProblemParser(takeProblem, { readMark: takeMark });

  const splitter = createLineSplitter((line) => {
    lines.push(line);
    if (lines.length > 2 * KEPT_LINES) lines.splice(0, KEPT_LINES);
    if (line.includes(PANIC_MARK)) panicked.resolve();
    if (line.includes(DROPPED_MARK)) droppedLines += 1;
    onLine?.(line);
  });
  return {
    push: (chunk) => {
      bytes += chunk.length;
      problems.push(chunk);
      splitter.push(chunk);
    },
    end: () => {
      problems.end();
      splitter.end();
    },
    ready: ready.promise,
    stages,
    fatal: fatal.promise,
    sees: async (text) => {
      const seen = awaited.get(text) ?? createDeferred<void>();
      awaited.set(text, seen);
      return seen.promise;
    },
    get bytes() {
      return bytes;
    },
    get droppedLines() {
      return droppedLines;
    },
    get droppedProblems() {
      return kept.dropped;
    },
    panicked: panicked.promise,
    report: () => {
      problems.settle();
      return explanation;
    },
    takeProblems: () => {
      problems.settle();
      return kept.take();
    },
    fatalSentence: () => sentence,
    stacks: () => findStacks(lines),
    lastLines: () => lines.slice(-LAST_WORDS),
  };
}
