import type { KernelProblem } from '../../orchestrator/model/problem.ts';
import { createDeferred, type Deferred } from '../deferred.ts';
import { createProblemParser } from '../problems/problem-parser.ts';
import { createLineSplitter } from './line-splitter.ts';
import { findStacks } from './stacks.ts';

/** Printed by the guest's init; the contract with guests/images. */
const READY_MARK = 'pmemrig: ready';
const FATAL_MARK = 'pmemrig: FATAL: ';
const PANIC_MARK = 'Kernel panic - not syncing';

/** Kept in memory for evidence; the whole log is a file. */
const KEPT_LINES = 4000;
const LAST_WORDS = 25;
/** A kernel that complains in a loop says nothing new after so many. */
const KEPT_PROBLEMS = 100;

/** The serial console as it is read: milestones, and what explains a death. */
export interface GuestConsole {
  push(chunk: Uint8Array): void;
  end(): void;
  /** Fulfils when init says that sshd listens. */
  readonly ready: Promise<void>;
  /** Fulfils with the sentence by which the guest's init gave up. */
  readonly fatal: Promise<string>;
  /** Fulfils when a line of the rig's own, `pmemrig: <text>`, has come out. */
  sees(text: string): Promise<void>;
  /** Fulfils when a panic begins to be printed. */
  readonly panicked: Promise<void>;
  /** What best explains a death: what the kernel stopped with, else the last that it complained of. */
  report(): KernelProblem | undefined;
  /** All problems since the last call, the first call's since the console began; one that is still being printed as far as it came. */
  takeProblems(): KernelProblem[];
  fatalSentence(): string | undefined;
  /** What the kernel last showed of its stacks when it was asked to; empty if it never was. */
  stacks(): string[];
  /** The last lines, for when the kernel said nothing itself. */
  lastLines(): string[];
}

export function createConsole(onLine?: (line: string) => void): GuestConsole {
  const lines: string[] = [];
  const ready = createDeferred<void>();
  const fatal = createDeferred<string>();
  const panicked = createDeferred<void>();
  const awaited = new Map<string, Deferred<void>>();
  let untaken: KernelProblem[] = [];
  let explanation: KernelProblem | undefined;
  const problems = createProblemParser((problem) => {
    if (untaken.length < KEPT_PROBLEMS) untaken.push(problem);
    if (problem.blame === 'kernel' && (problem.fatal || explanation?.fatal !== true)) explanation = problem;
  });
  let sentence: string | undefined;

  const splitter = createLineSplitter((line) => {
    lines.push(line);
    if (lines.length > 2 * KEPT_LINES) lines.splice(0, KEPT_LINES);
    if (awaited.size > 0) settleAwaited(line);
    if (line.includes(READY_MARK)) ready.resolve();
    if (line.includes(PANIC_MARK)) panicked.resolve();
    const at = line.indexOf(FATAL_MARK);
    if (at !== -1) {
      sentence ??= line.slice(at + FATAL_MARK.length).trim();
      fatal.resolve(sentence);
    }
    onLine?.(line);
  });
  const settleAwaited = (line: string) => {
    for (const [mark, seen] of awaited) {
      if (!line.endsWith(mark)) continue;
      awaited.delete(mark);
      seen.resolve();
    }
  };
  return {
    push: (chunk) => {
      problems.push(chunk);
      splitter.push(chunk);
    },
    end: () => {
      problems.end();
      splitter.end();
    },
    ready: ready.promise,
    fatal: fatal.promise,
    sees: async (text) => {
      const mark = `pmemrig: ${text}`;
      const seen = awaited.get(mark) ?? createDeferred<void>();
      awaited.set(mark, seen);
      return seen.promise;
    },
    panicked: panicked.promise,
    report: () => {
      problems.settle();
      return explanation;
    },
    takeProblems: () => {
      problems.settle();
      const taken = untaken;
      untaken = [];
      return taken;
    },
    fatalSentence: () => sentence,
    stacks: () => findStacks(lines),
    lastLines: () => lines.slice(-LAST_WORDS),
  };
}
