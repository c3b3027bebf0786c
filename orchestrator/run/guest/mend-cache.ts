import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { discardDamaged, entryOf } from '../../../guests/store/store.ts';
import type { Cell } from '../../model/cell.ts';
import { describeError } from '../../model/errors.ts';
import type { Prepared } from '../prepare/prepare.ts';

interface MendOptions {
  readonly cacheDir: string;
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
  /** What the cell's guests boot from. Rejects where there is nothing. */
  readonly prepared: (cell: Cell) => Promise<Prepared>;
  /** Entries of the cache from which the cell's guests may have been forked; absent: they have booted. */
  readonly templatesOf?: (cell: Cell) => readonly string[];
  /** Prepares the cell's kernel, image and disk again, in the same places. */
  readonly prepareAgain: (cell: Cell) => Promise<void>;
}

/** A damaged entry of the cache. */
interface Damage {
  readonly sentence: string;
  /** Guests that began before this have run from the damaged entry. */
  readonly untilMs: number;
}

/**
 * Checks, before a failure is a kernel's or an image's, that the cache still holds what was put there. Each entry is
 * read once in a run, however many cells share it; a damaged one is made again.
 * @returns what was damaged, a sentence for the failure of a guest that began before it was made again; `undefined` for
 * a sound cache
 */
export function createCacheMender(options: MendOptions): (cell: Cell, sinceMs: number) => Promise<string | undefined> {
  const looks = new Map<string, Promise<Damage | undefined>>();
  return async (cell, sinceMs) => {
    const prepared = await options.prepared(cell).catch(() => undefined);
    if (!prepared) return undefined;
    const templates = options.templatesOf?.(cell) ?? [];
    const names = new Set(
      filesOf(prepared)
        .map((file) => entryOf(file, options.cacheDir))
        .filter((name) => name !== undefined),
    );
    const sentences: string[] = [];
    // One after the other: what is made again for one must not be what the next look removes.
    for (const name of [...names, ...templates]) {
      const look =
        looks.get(name) ??
        mend(name, options, async () => (templates.includes(name) ? NEXT_MAKES : makeAgain(name, cell, options)));
      looks.set(name, look);
      const damage = await look;
      if (damage && sinceMs < damage.untilMs) sentences.push(damage.sentence);
    }
    return sentences.length === 0 ? undefined : sentences.join('; ');
  };
}

/** A template is for a guest that has none yet to make. */
const NEXT_MAKES = 'It is gone; the next guest of its kind makes another';

async function mend(name: string, options: MendOptions, replace: () => Promise<string>): Promise<Damage | undefined> {
  const found = await discardDamaged(name, options);
  if (!found) return undefined;
  const what = `the cache was damaged: ${name} (${found.damage})`;
  // Every guest of this run boots from it.
  if (found.kept !== undefined) return { sentence: `${what}. It cannot be removed: ${found.kept}`, untilMs: Infinity };
  const outcome = await replace();
  return { sentence: `${what}. ${outcome}`, untilMs: performance.now() };
}

async function makeAgain(name: string, cell: Cell, options: MendOptions): Promise<string> {
  try {
    await options.prepareAgain(cell);
  } catch (error) {
    options.signal.throwIfAborted();
    return `It is gone, and could not be made again: ${describeError(error)}`;
  }
  return existsSync(join(options.cacheDir, name))
    ? 'It has been made again'
    : 'It is gone; the next run has a newer one in its place';
}

function filesOf({ kernel, image, disk }: Prepared): readonly string[] {
  return [kernel.image, kernel.initramfs, kernel.modulesDisk, image.disk, disk?.path].filter(
    (file) => file !== undefined,
  );
}
