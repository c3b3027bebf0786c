import { describeError } from '../../model/errors.ts';
import { readWatched, waitForChange, type WatchedFile } from './watched-kernel.ts';

interface Watch {
  /** See `findWatchedPath`. */
  readonly path: string;
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
  readonly timing?: { readonly pollMs: number; readonly settledMs: number };
}

/**
 * Runs, and again whenever the kernel has changed, until the signal aborts; gives the last round's status. A round that
 * fails as a whole (half a kernel, a disk that is full) is reported and waits for the next change. The first round's
 * error is thrown: it is the command line's.
 */
export async function watchRounds({ path, run, signal, say, timing }: Watch): Promise<number> {
  let file: WatchedFile | undefined = await readWatched(path);
  let status = 0;
  let base: string | undefined;
  for (let round = 1; ; round += 1) {
    try {
      const ended = await run(file?.path ?? path, base);
      status = ended.status;
      base = ended.runDir ?? base;
    } catch (error) {
      if (round === 1) throw error;
      say(`round ${round}: ${describeError(error)}`);
      status = 3;
    }
    if (signal.aborted) return status;
    say(`\nround ${round} is over; the next begins when ${file?.path ?? path} changes, Ctrl-C ends`);
    file = await waitForChange(path, file, signal, timing);
    if (!file) return status;
    say(`\n${file.path} has changed: round ${round + 1}`);
  }
}
