/**
 * An AbortSignal for the whole command. The first SIGINT, SIGTERM or SIGHUP asks it to stop in good order; a second one
 * ends the process at once (guests die with it, see guests/qemu). Its reason is a sentence for the user.
 */
export function interruptSignal(): AbortSignal & Disposable {
  const controller = new AbortController();
  let firstAt = Number.NEGATIVE_INFINITY;
  const stop = (signal: NodeJS.Signals): void => {
    if (performance.now() - firstAt < ECHO_MS) return;
    if (controller.signal.aborted) process.exit(EXIT_INTERRUPTED);
    firstAt = performance.now();
    controller.abort(`${signal}: stopping the guests; once more to stop at once`);
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
/** One Ctrl-C comes twice under npm: from the terminal, and passed on by npm. */
const ECHO_MS = 500;
