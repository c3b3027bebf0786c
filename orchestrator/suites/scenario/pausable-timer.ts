/** A deadline that waits while its guest is paused. */
export interface PausableTimer {
  pause(): void;
  resume(): void;
  stop(): void;
}

/** Calls back once, after so many ms that were not paused. */
export function startTimer(ms: number, onEnd: () => void): PausableTimer {
  let restMs = ms;
  let since = performance.now();
  let timer: NodeJS.Timeout | undefined = setTimeout(onEnd, restMs);
  const stop = (): void => {
    clearTimeout(timer);
    timer = undefined;
  };
  return {
    pause: () => {
      if (timer === undefined) return;
      restMs -= performance.now() - since;
      stop();
    },
    resume: () => {
      if (timer !== undefined || restMs <= 0) return;
      since = performance.now();
      timer = setTimeout(onEnd, restMs);
    },
    stop: () => {
      restMs = 0;
      stop();
    },
  };
}
