import type { KernelProblem } from '../../orchestrator/model/problem.ts';

/** So many with the same signature in the same test are kept; further ones are counted. */
const KEPT_ALIKE = 10;
/** Different ones that are kept whole; of further ones the beginning. */
const KEPT_WHOLE = 300;
const MAX_DIFFERENT = 5_000;
const LINES_OF_FURTHER = 5;

/**
 * The problems that a guest's kernel has reported and that were not yet taken, in bounded memory: a kernel may complain
 * in a loop.
 */
export interface KeptProblems {
  add(problem: KernelProblem): void;
  /** All since the last call, in the order of their coming, each with the number of further ones like it. */
  take(): KernelProblem[];
  /** Problems of a signature that none of the kept ones has, since the guest's boot. */
  readonly dropped: number;
}

/** Bounds go by signature, so that a problem that comes a thousand times leaves room for another. */
export function keepProblems(): KeptProblems {
  let kept: { readonly problem: KernelProblem; further: number }[] = [];
  let groups = new Map<string, typeof kept>();
  let dropped = 0;
  return {
    add(problem) {
      const key = `${problem.marker ?? ''}\n${problem.kind} ${problem.signature}`;
      const group = groups.get(key) ?? [];
      const [first] = group;
      // A panic explains all: it is never one of many.
      if (group.length >= KEPT_ALIKE && first !== undefined && !problem.fatal) {
        first.further += 1;
        return;
      }
      if (groups.size >= MAX_DIFFERENT && first === undefined && !problem.fatal) {
        dropped += 1;
        return;
      }
      const whole = groups.size < KEPT_WHOLE || problem.fatal;
      const entry = {
        problem: whole ? problem : { ...problem, lines: problem.lines.slice(0, LINES_OF_FURTHER), truncated: true },
        further: 0,
      };
      group.push(entry);
      groups.set(key, group);
      kept.push(entry);
    },
    take() {
      const taken = kept.map(({ problem, further }) => (further === 0 ? problem : { ...problem, further }));
      kept = [];
      groups = new Map();
      return taken;
    },
    get dropped() {
      return dropped;
    },
  };
}
