import type { KernelProblem } from '../../orchestrator/model/problem.ts';
import { TIMEOUTS_MS } from '../../orchestrator/model/timeouts.ts';
import { settlesWithin } from '../deferred.ts';
import type { GuestConsole } from '../qemu/console.ts';
import type { SshConnection } from '../ssh/connection.ts';
import { openMarker } from '../ssh/marker.ts';
import { openLogStream } from './log-stream.ts';
import type { Marks } from './marks.ts';
import { mergeProblems } from './merge-problems.ts';

/** How well the rig heard the kernel between one mark and the one before it. */
export interface Hearing {
  /** The mark came out of the console. */
  readonly onConsole: boolean;
  /** Records that the kernel threw away before they were read from its log buffer. */
  readonly lost: number;
  /** The console lost lines, too: some records may be in neither. */
  readonly lostOnConsole: boolean;
  /** Problems that were not kept, each unlike all that were. */
  readonly dropped: number;
}

/** Reads what a guest's kernel says, on the console and in the log buffer, and puts marks into it. */
export interface GuestEars {
  /** Writes a mark and waits until both ears have it. Past the slot `mark` the guest has stalled. */
  mark(text: string): Promise<Hearing>;
  /** What the kernel complained of since the last call, by either ear. */
  takeProblems(): KernelProblem[];
}

export interface EarsOptions {
  readonly ssh: SshConnection;
  readonly console: GuestConsole;
  readonly marks: Marks;
  /** Multiplies the slots. */
  readonly waitScale: number;
  /** `action`, unless the guest dies first. */
  readonly alive: <T>(action: Promise<T>) => Promise<T>;
  /** Ends the guest as one that does not answer; rejects with its death. */
  readonly stall: (reason: string) => Promise<never>;
}

/** A kernel that goes on printing has not got to the mark yet: so many slots at the most. */
const PATIENCE = 12;

export function hearGuest({ ssh, console, marks, waitScale, alive, stall }: EarsOptions): GuestEars {
  const slotMs = TIMEOUTS_MS.mark * waitScale;
  const marker = openMarker(ssh);
  const log = openLogStream(ssh, marks);
  const merger = mergeProblems();
  let before = { lost: 0, droppedLines: 0, dropped: 0 };

  /** By a second shell if the first one does not answer: a test may have stopped or killed it. */
  const write = async (line: string): Promise<void> => {
    for (let turn = 1; turn <= 3; turn += 1) {
      const written = marker.write(line);
      if ((await settlesWithin(written, slotMs)) && (await written)) return;
      marker.renew();
    }
    await stall(`the guest took no line into its kernel log, by three shells with ${slotMs / 1000} s each`);
  };
  /** True if the event comes, however late, as long as there is progress. */
  const comes = async (event: Promise<void>, progress: () => number): Promise<boolean> => {
    for (let turn = 1; turn <= PATIENCE; turn += 1) {
      const reached = progress();
      if (await settlesWithin(event, slotMs)) return true;
      if (progress() === reached) return false;
    }
    return false;
  };
  const waitForLog = async (seen: Promise<void>): Promise<void> => {
    if (await comes(seen, () => log.records)) return;
    log.renew();
    if (await comes(seen, () => log.records)) return;
    await stall(`the guest did not show its kernel log within ${slotMs / 1000} s`);
  };
  return {
    async mark(raw) {
      const text = marks.fit(raw);
      const seen = { console: console.sees(text), log: log.sees(text) };
      await alive(write(marks.compose(text)));
      await alive(waitForLog(seen.log));
      const onConsole = await alive(comes(seen.console, () => console.bytes));
      const now = {
        lost: log.lost,
        droppedLines: console.droppedLines,
        dropped: console.droppedProblems + log.dropped,
      };
      const hearing = {
        onConsole,
        lost: now.lost - before.lost,
        lostOnConsole: now.lost > before.lost && now.droppedLines > before.droppedLines,
        dropped: now.dropped - before.dropped,
      };
      before = now;
      return hearing;
    },
    takeProblems: () => merger.merge(console.takeProblems(), log.takeProblems()),
  };
}
