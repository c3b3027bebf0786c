import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { lock } from 'proper-lockfile';
import { InfraError } from '../../orchestrator/model/errors.ts';
import { diskFullError, saysDiskFull } from './disk-full.ts';

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
    // A lock that was lost meanwhile (a suspended machine) is nobody's to release.
    await release().catch(() => undefined);
  }
}

async function acquire({ path, what, log, signal }: LockOptions): Promise<() => Promise<void>> {
  const giveUpAt = Date.now() + GIVE_UP_MS;
  for (let waited = false; Date.now() < giveUpAt; waited = true) {
    signal?.throwIfAborted();
    const release = await tryLock(path, log);
    if (release) return release;
    if (!waited) log(`waiting for another pmemrig that is preparing ${what}`);
    await sleep(POLL_MS, undefined, signal && { signal });
  }
  throw new InfraError(`Another process has held ${path} for ${GIVE_UP_MS / 60_000} minutes.`, {
    code: 'store-locked',
    remedy: `end that process, or remove ${path} if there is none.`,
  });
}

/** `undefined` while somebody else holds it. */
async function tryLock(path: string, log: (line: string) => void): Promise<(() => Promise<void>) | undefined> {
  try {
    await mkdir(dirname(path), { recursive: true });
    return await lock(path, {
      lockfilePath: path,
      realpath: false,
      stale: STALE_MS,
      // The default throws out of a timer and ends the process. The work itself stays sound
      // without the lock: two builders of one entry each write to a folder of their own, and the second is discarded.
      onCompromised: (error) => log(`lost a lock: ${error.message}`),
    });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ELOCKED') return undefined;
    throw saysDiskFull(error) ? diskFullError(path, error) : error;
  }
}
