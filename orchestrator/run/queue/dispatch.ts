import { setMaxListeners } from 'node:events';

/** Runs one item to its end; what it throws stops the whole dispatch. */
export type Execute<Item> = (item: Item, signal: AbortSignal) => Promise<void>;

/**
 * Hands items in order to at most `width` executions at once. The first rejection stops the rest through their
 * signal, waits until each has cleaned up after itself, and is then thrown.
 */
export async function dispatch<Item>(
  items: readonly Item[],
  width: number,
  execute: Execute<Item>,
  outer: AbortSignal,
): Promise<void> {
  const stop = new AbortController();
  const signal = AbortSignal.any([outer, stop.signal]);
  // Every group waits on it, and there may be hundreds: no leak.
  setMaxListeners(0, signal);
  const waiting = items.values();
  let failure: { readonly error: unknown } | undefined;

  const workers = Array.from({ length: Math.min(width, items.length) }, async () => {
    for (const item of waiting) {
      if (signal.aborted) return;
      try {
        await execute(item, signal);
      } catch (error) {
        // The first cause wins: what follows from stopping the others is noise.
        failure ??= { error };
        stop.abort();
      }
    }
  });
  await Promise.all(workers);
  if (failure) throw failure.error;
}
