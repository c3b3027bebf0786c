import { existsSync } from 'node:fs';
import { discardDamaged } from '../../guests/store/store.ts';
import type { Cell } from '../model/cell.ts';
import { describeError } from '../model/errors.ts';
import type { Prepared } from './prepare.ts';

interface MendOptions {
  readonly cacheDir: string;
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
  /** What the cell's guests boot from. Rejects where there is nothing. */
  readonly prepared: (cell: Cell) => Promise<Prepared>;
  /** Prepares the cell's kernel, image and disk again, in the same places. */
  readonly prepareAgain: (cell: Cell) => Promise<void>;
}

/**
 * Asks, before a failure is a kernel's or an image's, whether the cache still holds what was put there. Every file is read, once in a run, and what is
 * damaged is made again.
 * @returns what was found, a sentence for the failure, also for guests that began before it was mended; `undefined` for a sound cache
 */
export function createCacheMender(options: MendOptions): (cell: Cell, sinceMs: number) => Promise<string | undefined> {
  /** By the files that guests boot from: the search, which none repeats, or what it mended and when. */
  const looked = new Map<string, Promise<string | undefined>>();
  const mended = new Map<string, { readonly sentence: string; readonly atMs: number }>();
  return async (cell, sinceMs) => {
    const prepared = await options.prepared(cell).catch(() => undefined);
    if (!prepared) return undefined;
    const files = filesOf(prepared);
    const key = files.join('\n');
    const look = looked.get(key) ?? mend(cell, files, options);
    looked.set(key, look);
    const sentence = await look;
    if (sentence === undefined) return undefined;
    const before = mended.get(key) ?? { sentence, atMs: performance.now() };
    mended.set(key, before);
    return sinceMs < before.atMs ? sentence : undefined;
  };
}

async function mend(cell: Cell, files: readonly string[], options: MendOptions): Promise<string | undefined> {
  const damaged = await discardDamaged(files, options);
  if (damaged.length === 0) return undefined;
  const what = `the cache was damaged: ${damaged.join('; ')}`;
  try {
    await options.prepareAgain(cell);
  } catch (error) {
    options.signal.throwIfAborted();
    return `${what}. It is gone, and could not be made again: ${describeError(error)}`;
  }
  return files.every((file) => existsSync(file)) ? `${what}. It has been made again` : `${what}. It is gone; the next run has a newer one in its place`;
}

function filesOf({ kernel, image, disk }: Prepared): readonly string[] {
  return [kernel.image, kernel.initramfs, kernel.modulesDisk, image.disk, disk?.path].filter((file) => file !== undefined);
}
