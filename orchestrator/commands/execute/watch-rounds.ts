import { describeError } from '../../model/errors.ts';

/** What was found at some time. */
export interface Watched {
  /** The file or folder, for the user. */
  readonly path: string;
  /** Digest of what makes the kernel. */
  readonly digest: string;
}

/** What another round waits for. */
export interface Watcher {
  /** Where something is to be found, if nothing is there yet. */
  readonly path: string;
  /** `undefined` while there is nothing. */
  readonly look: () => Promise<Watched | undefined>;
  /** Waits until what lies there is whole and another than `last`; `undefined` once the signal aborts. */
  readonly next: (last: Watched | undefined, signal: AbortSignal) => Promise<Watched | undefined>;
}

interface Watch {
  readonly watcher: Watcher;
  /**
   * Runs once with the kernel at `kernel`; `base` is the folder of the round before. Gives the run's own folder, unless
   * it never came to that.
   */
  readonly run: (
    kernel: string,
    base: string | undefined,
  ) => Promise<{ readonly status: number; readonly runDir?: string }>;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

/**
 * Runs, and again whenever the kernel has changed, until the signal aborts; gives the last round's status. A round that
 * fails as a whole (half a kernel, a disk that is full) is reported and waits for the next change. The first round's
 * error is thrown: it is the command line's.
 */
export async function watchRounds({ watcher, run, signal, say }: Watch): Promise<number> {
  let found = await watcher.look();
  let status = 0;
  let base: string | undefined;
  for (let round = 1; ; round += 1) {
    try {
      const ended = await run(found?.path ?? watcher.path, base);
      status = ended.status;
      base = ended.runDir ?? base;
    } catch (error) {
      if (round === 1) throw error;
      say(`round ${round}: ${describeError(error)}`);
      status = 3;
    }
    if (signal.aborted) return status;
    say(`\nround ${round} is over; the next begins when ${found?.path ?? watcher.path} changes, Ctrl-C ends`);
    found = await watcher.next(found, signal);
    if (!found) return status;
    say(`\n${found.path} has changed: round ${round + 1}`);
  }
}
