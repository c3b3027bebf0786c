import type { RunningGuest } from '../../../guests/guest.ts';
import type { HeldGuest } from '../../../guests/machine/hold-guest.ts';
import type { Hearing } from '../../../guests/hearing/hear-guest.ts';
import { InfraError } from '../../model/errors.ts';
import type { JudgedProblem, KnownProblem } from '../../model/known-problem.ts';
import type { LockdepCoverage } from '../../model/lockdep.ts';
import type { KernelProblem } from '../../model/problem.ts';
import { judgeProblem } from './known-problems.ts';
import { judgeCoverage, type LockdepState, parseLockdepStats, whySpent } from './lockdep-state.ts';
import { messageOf } from '../../model/message-of.ts';
import { present } from '../../model/present.ts';

/** What the kernel said and lockdep saw during one test. */
export interface Observation {
  /** Problems that began while the test ran. */
  readonly inside: readonly JudgedProblem[];
  /** Problems that began between the end of the test before, or of the boot, and the beginning of this one. */
  readonly before: readonly JudgedProblem[];
  /** Absent on a kernel without PROVE_LOCKING. */
  readonly lockdep?: LockdepCoverage;
  /** Why later tests want a fresh guest; absent while this one is good. */
  readonly spent?: string;
  /** Why the kernel may have said what the rig did not hear: then nothing proves that the test was clean. */
  readonly unheard?: string;
  /** The same for the time since the test before, or the boot. */
  readonly unheardBefore?: string;
  /** Remarks for the result's message, a sentence each. */
  readonly remarks?: readonly string[];
}

/**
 * Ties what a guest's kernel says to the test that ran, by marks on the console. These stand in the kernel log between
 * its own lines. So neither the console's delay nor that of SSH can move a report into a neighbour.
 */
export interface GuestObserver {
  /** The guest's kernel has PROVE_LOCKING; known after {@link GuestObserver.settle}. */
  readonly lockdep: boolean;
  /** Once after boot: what the kernel has said so far, and lockdep's state to compare with. */
  settle(): Promise<Observation>;
  /**
   * Marks the beginning of a test; `forgiven` are problems that it may bring about itself. Rejects with GuestDeath, or
   * with InfraError {@link UNHEARD} if the console does not show the mark.
   */
  begin(label: string, forgiven?: readonly KnownProblem[]): Promise<void>;
  /**
   * Marks the test's end and gives what was seen. With `answers: false` the guest is not asked anything any more.
   * Rejects with GuestDeath; a later call with `answers: false` then still gives what the console had.
   */
  end(options: { readonly answers: boolean }): Promise<Observation>;
}

export interface ObserverOptions {
  readonly guest: Pick<RunningGuest, 'ask' | 'mark' | 'kernelRelease' | 'takeProblems'> &
    Partial<Pick<HeldGuest, 'boots'>>;
  readonly known: readonly KnownProblem[];
  /** Adds source lines to a report's stack traces. */
  readonly resolve?: (lines: readonly string[]) => Promise<readonly string[]>;
  readonly log: (line: string) => void;
}

/** Marks differ by a number: a retry has its test's name again. */
const BEGIN = 'test-begin';
const END = 'test-end';
/** Code of the error that says that a kernel cannot be heard. */
export const UNHEARD = 'kernel-unheard';
const NO_MARK =
  'the rig cannot hear this kernel: its mark did not come out of the console, so something has silenced or detached it';

export function observeGuest(options: ObserverOptions): GuestObserver {
  const { guest, log } = options;
  let tests = 0;
  /** The boot that `state` is of. */
  let boot = guest.boots;
  let state: LockdepState | undefined;
  let forgiven: readonly KnownProblem[] = [];
  let unheardBefore: string | undefined;

  const readLockdep = async (): Promise<LockdepState | undefined> => {
    return parseLockdepStats(await guest.ask('cat /proc/lockdep_stats 2>/dev/null'));
  };
  const judge = async (problem: KernelProblem, known: readonly KnownProblem[]): Promise<JudgedProblem> => {
    const lines = await options.resolve?.(problem.lines).catch((error: unknown) => {
      log(`stack traces stay without source lines: ${messageOf(error)}`);
      return problem.lines;
    });
    return judgeProblem(lines === undefined ? problem : { ...problem, lines }, known, guest.kernelRelease, today());
  };
  const judgeAll = async (problems: readonly KernelProblem[], known = options.known): Promise<JudgedProblem[]> =>
    Promise.all(problems.map(async (problem) => judge(problem, known)));

  return {
    get lockdep() {
      return state !== undefined;
    },
    async settle() {
      state = await readLockdep();
      return { inside: await judgeAll(guest.takeProblems()), before: [] };
    },
    async begin(label, problems = []) {
      forgiven = problems;
      tests += 1;
      unheardBefore = undefined;
      const hearing = await guest.mark(`${BEGIN} ${tests} ${label}`);
      if (!hearing.onConsole) throw new InfraError(NO_MARK, { code: UNHEARD });
      unheardBefore = whyUnheard(hearing);
    },
    async end({ answers }) {
      let lockdep: LockdepCoverage | undefined;
      let spent: string | undefined;
      const hearing = answers ? await guest.mark(`${END} ${tests}`) : undefined;
      if (state) {
        // Booted by the test itself: lockdep began anew.
        if (guest.boots !== boot) state = AT_BOOT;
        boot = guest.boots;
        const after = answers ? await readLockdep() : undefined;
        lockdep = judgeCoverage(state, after);
        // A guest in which lockdep never worked is as good as the next one of its kind.
        if (after && whySpent(state) === undefined) spent = whySpent(after);
        state = after ?? state;
      }
      const problems = guest.takeProblems();
      const isInside = ({ marker = '' }: KernelProblem): boolean => marker.startsWith(`${BEGIN} ${tests} `);
      const inside = await judgeAll(problems.filter(isInside), [...options.known, ...forgiven]);
      const before = await judgeAll(problems.filter((problem) => !isInside(problem)));
      // A warning taints the kernel and an oops leaves locks behind: what runs later would prove nothing, even if the
      // problem is known. What the test brings about itself, as the suite says, is no such thing.
      const own = problems.filter(
        (problem) =>
          isInside(problem) && judgeProblem(problem, forgiven, guest.kernelRelease, today()).known !== undefined,
      );
      if (problems.length > own.length) spent ??= 'the kernel reported a problem';
      const unheard = hearing && whyUnheard(hearing);
      if (unheard !== undefined) spent ??= unheard;
      const remarks =
        hearing && hearing.lost > 0
          ? [
              `the kernel's log buffer had thrown away ${hearing.lost} records before they could be compared ` +
                'with the console',
            ]
          : [];
      return {
        inside,
        before,
        ...present({ lockdep, spent, unheard, unheardBefore }),
        ...(remarks.length > 0 && { remarks }),
      };
    },
  };
}

/** Lockdep before a boot has taken any lock. */
const AT_BOOT: LockdepState = { debugLocks: true, classes: 0, dependencies: 0, chains: 0 };

function whyUnheard({ onConsole, lostOnConsole, dropped }: Hearing): string | undefined {
  if (!onConsole) return NO_MARK;
  if (lostOnConsole) return 'the kernel printed faster than it could be read: some of its lines are lost';
  return dropped > 0 ? `the kernel reported so many different problems that ${dropped} could not be kept` : undefined;
}

function today(): string {
  return new Date().toISOString().slice(0, 10);
}
