import type { KernelProblem } from '../../orchestrator/model/problem.ts';
import { readConsoleLine } from '../problems/console-line.ts';

/** Lines that are remembered; each line of a report counts. */
const MAX_REMEMBERED = 50_000;

/** Puts together what the console and the kernel's log buffer give of the same kernel. */
export interface ProblemMerger {
  /** What the console gave, then what only the buffer has. A problem that one of them gives late counts once. */
  merge(fromConsole: readonly KernelProblem[], fromBuffer: readonly KernelProblem[]): KernelProblem[];
}

/**
 * Two reports are the same if they share a line with its time stamp, to the microsecond. Where the console shows no
 * time stamps, they are the same if they have one signature. (The whole logs are not compared line by line: a console
 * cuts and mixes what the buffer has whole.)
 */
export function mergeProblems(): ProblemMerger {
  const console = createMemory();
  const buffer = createMemory();
  return {
    merge(fromConsole, fromBuffer) {
      // Not in between: what comes from both must be known until it is compared.
      for (const memory of [console, buffer]) memory.bound();
      for (const problem of fromConsole) console.add(problem);
      // The panic that ends a report is news, even if the buffer gave the report as a warning.
      const heard = fromConsole.filter((problem) => problem.fatal || !buffer.has(problem));
      const unheard = fromBuffer.filter((problem) => !console.has(problem));
      for (const problem of unheard) buffer.add(problem);
      return [...heard, ...unheard];
    },
  };
}

function sign({ kind, signature }: KernelProblem): string {
  return `${kind} ${signature}`;
}

function stampedOf({ lines }: KernelProblem): readonly string[] {
  return lines.filter((line) => readConsoleLine(line)[0]?.timeSec !== undefined).map((line) => line.trimEnd());
}

function createMemory() {
  let keys = new Set<string>();
  return {
    bound(): void {
      if (keys.size > MAX_REMEMBERED) keys = new Set();
    },
    add(problem: KernelProblem): void {
      const stamped = stampedOf(problem);
      for (const key of stamped.length > 0 ? stamped : [sign(problem)]) keys.add(key);
    },
    has: (problem: KernelProblem): boolean => [sign(problem), ...stampedOf(problem)].some((key) => keys.has(key)),
  };
}
