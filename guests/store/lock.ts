import { rmdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { lock } from 'proper-lockfile';
import { explainRefusal, InfraError } from '../../orchestrator/model/errors.ts';
import { makeDir } from '../../orchestrator/model/make-dir.ts';

/** A lock whose holder died is taken over after this long without a sign of life. */
const STALE_MS = 10_000;
const POLL_MS = 250;
/** Longer than any build takes; a holder that lives but never ends must not hang every other run. */
const GIVE_UP_MS = 45 * 60_000;

interface LockOptions {
  /** The lock itself is a folder of this name, made by proper-lockfile. */
  readonly path: string;
  /** What the holder is doing, for the log: `kernel linux-image-6.1.0-50-amd64`. */
  readonly what: string;
  readonly log: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs `body` while holding a lock that other processes respect.
 * Rejects with InfraError when another process holds it too long, and with the signal's reason.
 */
export async function withLock<T>(options: LockOptions, body: () => Promise<T>): Promise<T> {
  const release = await acquire(options);
  try {
    return await body();
  } finally {
    // A lock that was lost meanwhile (a suspended machine) is not ours to release.
    await release().catch(() => undefined);
  }
}

/** As {@link withLock}, unless somebody holds it: then `body` does not run. */
export async function withFreeLock(
  { path, log }: Pick<LockOptions, 'path' | 'log'>,
  body: () => Promise<void>,
): Promise<void> {
  const release = await tryLock(path, log);
  if (!release) return;
  try {
    await body();
  } finally {
    await release().catch(() => undefined);
  }
}

async function acquire({ path, what, log, signal }: LockOptions): Promise<() => Promise<void>> {
  const giveUpAt = performance.now() + GIVE_UP_MS;
  const watch = new SignOfLife(path);
  for (let waited = false; performance.now() < giveUpAt; waited = true) {
    signal?.throwIfAborted();
    const release = await tryLock(path, log);
    if (release) return release;
    if (!waited) log(`waiting for another pmemrig that is preparing ${what}`);
    await sleep(POLL_MS, undefined, signal && { signal }).catch(() => signal?.throwIfAborted());
    if (await watch.isGone()) await rmdir(path).catch(() => undefined);
  }
  throw new InfraError(`Another process has held ${path} for ${GIVE_UP_MS / 60_000} minutes.`, {
    code: 'store-locked',
    remedy: `end that process, or remove ${path} if there is none.`,
  });
}

/**
 * Whether the holder of a lock still renews its time, as it does every few seconds. It is judged by our own patience
 * rather than by the time itself. A time in the future (the clock was set back after the holder died) never gets old.
 */
class SignOfLife {
  readonly #path: string;
  #mtimeMs: number | undefined;
  #since = performance.now();

  constructor(path: string) {
    this.#path = path;
  }

  async isGone(): Promise<boolean> {
    const mtimeMs = await stat(this.#path).then(
      (stats) => stats.mtimeMs,
      () => undefined,
    );
    if (mtimeMs === undefined || mtimeMs !== this.#mtimeMs) {
      this.#mtimeMs = mtimeMs;
      this.#since = performance.now();
      return false;
    }
    return performance.now() - this.#since > STALE_MS;
  }
}

/** `undefined` while somebody else holds it. */
async function tryLock(path: string, log: (line: string) => void): Promise<(() => Promise<void>) | undefined> {
  try {
    await makeDir(dirname(path));
    return await lock(path, {
      lockfilePath: path,
      realpath: false,
      stale: STALE_MS,
      // The default throws out of a timer and ends the process. The work itself stays sound without the lock. Two
      // builders of one entry each write to a folder of their own, and the second is discarded.
      onCompromised: (error) => log(`lost a lock: ${error.message}`),
    });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ELOCKED') return undefined;
    throw explainRefusal(error);
  }
}
