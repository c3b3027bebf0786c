import { JournalFollower } from './journal-follower.ts';

/** How long a run's fold is kept after the last request for it. */
const IDLE_MS = 120_000;

/** The runs that go on right now, each read once however many look at it. */
export class LiveRuns {
  readonly #followers = new Map<string, { readonly follower: JournalFollower; askedAt: number }>();

  /** The run as its journal shows it by now. Rejects as {@link JournalFollower.advance} does. */
  async read(runDir: string, nowMs = Date.now()): Promise<JournalFollower> {
    this.#forgetIdle(nowMs);
    const known = this.#followers.get(runDir) ?? { follower: new JournalFollower(runDir), askedAt: nowMs };
    known.askedAt = nowMs;
    this.#followers.set(runDir, known);
    try {
      await known.follower.advance();
    } catch (error) {
      // What is on disk may be mended by the next time.
      this.#followers.delete(runDir);
      throw error;
    }
    return known.follower;
  }

  #forgetIdle(nowMs: number): void {
    for (const [runDir, { askedAt }] of this.#followers) if (nowMs - askedAt > IDLE_MS) this.#followers.delete(runDir);
  }
}
