import { setTimeout as sleep } from 'node:timers/promises';
import { TIMEOUTS_MS } from '../model/timeouts.ts';

type Teardown = () => Promise<void> | void;

interface DeferOptions {
  /** Milliseconds this teardown may take; then it is left behind and the next one begins. */
  readonly timeoutMs?: number;
}

interface Entry {
  readonly name: string;
  readonly run: Teardown;
  readonly timeoutMs: number;
}

/**
 * Teardowns, run last in, first out, each within a time budget: one that hangs or throws never keeps the others
 * from running. (Node 20 has no AsyncDisposableStack, and that has no budgets.)
 */
export class Disposer {
  readonly #entries: Entry[] = [];
  readonly #errors: Error[] = [];
  #disposal: Promise<void> | undefined;

  /**
   * Registers a teardown; the returned function runs it early, and at most once. After {@link disposeAll} has begun
   * it runs at once: what was still being made when the end came must not outlive it.
   */
  defer(name: string, run: Teardown, { timeoutMs = TIMEOUTS_MS.teardown }: DeferOptions = {}): () => Promise<void> {
    const entry: Entry = { name, run, timeoutMs };
    this.#entries.push(entry);
    if (this.#disposal) this.#disposal = this.#disposal.then(() => this.#drain());
    return async () => {
      const index = this.#entries.indexOf(entry);
      if (index < 0) return;
      this.#entries.splice(index, 1);
      await runWithin(entry);
    };
  }

  /** Runs all that is left; never rejects. A second call waits for the same end. */
  async disposeAll(): Promise<Error[]> {
    this.#disposal ??= this.#drain();
    await this.#disposal;
    return [...this.#errors];
  }

  async #drain(): Promise<void> {
    for (let entry = this.#entries.pop(); entry; entry = this.#entries.pop()) {
      try {
        await runWithin(entry);
      } catch (error) {
        this.#errors.push(error instanceof Error ? error : new Error(String(error)));
      }
    }
  }
}

async function runWithin({ name, run, timeoutMs }: Entry): Promise<void> {
  const ended = new AbortController();
  const deadline = sleep(timeoutMs, new Error(`teardown of ${name} took longer than ${timeoutMs} ms`), { signal: ended.signal });
  const attempt = Promise.resolve()
    .then(run)
    .catch((cause: unknown) => new Error(`teardown of ${name} failed: ${cause instanceof Error ? cause.message : String(cause)}`, { cause }));
  const failure = await Promise.race([attempt, deadline]);
  deadline.catch(() => undefined);
  ended.abort();
  if (failure) throw failure;
}
