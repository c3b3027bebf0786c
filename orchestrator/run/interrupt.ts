/**
 * An AbortSignal for the whole command: the first SIGINT, SIGTERM or SIGHUP asks it to stop in good order,
 * a second one ends the process at once (guests die with it, see guests/qemu).
 */
export function interruptSignal(onFirst: (signal: NodeJS.Signals) => void): AbortSignal & Disposable {
  const controller = new AbortController();
  const stop = (signal: NodeJS.Signals): void => {
    if (controller.signal.aborted) process.exit(EXIT_INTERRUPTED);
    onFirst(signal);
    controller.abort();
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, stop);
  return Object.assign(controller.signal, {
    [Symbol.dispose]: () => {
      for (const signal of signals) process.off(signal, stop);
    },
  });
}

const EXIT_INTERRUPTED = 130;
