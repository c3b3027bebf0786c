import { createDeferred, type Deferred, settlesWithin } from '../deferred.ts';

/** Time as a guest may be held to it: it stands while the guest is paused. */
export interface GuestClock {
  readonly paused: boolean;
  /** How long the guest has been paused so far, in ms. */
  readonly pausedMs: number;
  pause(): void;
  resume(): void;
  /** True if `promise` settled within so many ms of the guest's time. */
  settlesWithin(promise: Promise<unknown>, timeoutMs: number): Promise<boolean>;
}

export function createGuestClock(): GuestClock {
  let pausedMs = 0;
  let pause: { readonly since: number; readonly over: Deferred<void> } | undefined;

  const clock: GuestClock = {
    get paused() {
      return pause !== undefined;
    },
    get pausedMs() {
      return pausedMs + (pause === undefined ? 0 : performance.now() - pause.since);
    },
    pause: () => {
      pause ??= { since: performance.now(), over: createDeferred<void>() };
    },
    resume: () => {
      if (pause === undefined) return;
      pausedMs += performance.now() - pause.since;
      pause.over.resolve();
      pause = undefined;
    },
    settlesWithin: async (promise, timeoutMs) => {
      for (let restMs = timeoutMs; restMs > 0;) {
        const before = clock.pausedMs;
        if (await settlesWithin(promise, restMs)) return true;
        if (pause !== undefined && (await isFirst(promise, pause.over.promise))) return true;
        restMs = clock.pausedMs - before;
      }
      return false;
    },
  };
  return clock;
}

/** True if `promise` settles before `other` does. */
async function isFirst(promise: Promise<unknown>, other: Promise<void>): Promise<boolean> {
  const settled = promise.then(
    () => true,
    () => true,
  );
  return Promise.race([settled, other.then(() => false)]);
}
