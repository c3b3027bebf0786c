import { lstat, mkdir } from 'node:fs/promises';
import { dirname, posix, relative, resolve, sep } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { GuestDeath } from '../../model/errors.ts';
import type { Guest } from '../../model/guest.ts';
import { oneLine } from '../shared/one-line.ts';
import { messageOf } from '../../model/message-of.ts';

const MAX_FILES = 100;
const MAX_FILE_BYTES = 16 * 2 ** 20;
const MAX_TOTAL_BYTES = 64 * 2 ** 20;
const MAX_LISTING_BYTES = 2 ** 20;
/** Linux's NAME_MAX, and far below its PATH_MAX: the run folder's own path comes on top. */
const MAX_PART_BYTES = 255;
const MAX_NAME_BYTES = 1024;
/** Further refusals are counted. */
const MAX_REFUSALS_NAMED = 3;

export interface FetchedArtifacts {
  /** Local paths. */
  readonly files: readonly string[];
  /** What was left out and why, a sentence each. */
  readonly notes: readonly string[];
}

/**
 * Copies the files of a guest's folder to `localDir`, which exists: within bounds, and nowhere else whatever the guest
 * calls them. What goes wrong is a note; rejects only with GuestDeath.
 */
export async function fetchArtifacts(
  guest: Guest,
  remoteDir: string,
  localDir: string,
  timeoutMs: number,
): Promise<FetchedArtifacts> {
  const files: string[] = [];
  const notes: string[] = [];
  const over = new AbortController();
  const deadline = sleep(timeoutMs, 'deadline' as const, { signal: over.signal, ref: false });
  const fetched = fetchAll({ guest, remoteDir, localDir, timeoutMs, files, notes, isOver: () => over.signal.aborted });
  try {
    if ((await Promise.race([fetched, deadline])) === 'deadline') {
      notes.push(
        `only ${files.length} ${files.length === 1 ? 'artifact' : 'artifacts'} could be fetched within ${timeoutMs / 1000} s (the limit for fetching them)`,
      );
    }
  } catch (error) {
    if (error instanceof GuestDeath) throw error;
    notes.push(`the artifacts could not be fetched whole: ${describe(error)}`);
  } finally {
    over.abort();
    // Whichever lost the race does not matter any more.
    for (const loser of [fetched, deadline]) loser.catch(() => undefined);
  }
  return { files: [...files], notes: [...notes] };
}

interface Fetch {
  readonly guest: Guest;
  readonly remoteDir: string;
  readonly localDir: string;
  readonly timeoutMs: number;
  readonly files: string[];
  readonly notes: string[];
  readonly isOver: () => boolean;
}

async function fetchAll({ guest, remoteDir, localDir, timeoutMs, files, notes, isOver }: Fetch): Promise<void> {
  const listed = await guest.exec(['find', remoteDir, '-type', 'f', '-printf', '%P\\0'], {
    timeoutMs,
    maxOutputBytes: MAX_LISTING_BYTES,
  });
  if (listed.exitCode !== 0)
    notes.push(`the artifacts could not be listed whole: ${oneLine(listed.stderr, 200) || 'find failed'}`);
  // Of a listing that was cut the first name is half a name.
  const names = listed.stdout
    .split('\0')
    .slice(listed.truncated ? 1 : 0)
    .filter((name) => name !== '')
    .toSorted();
  if (names.length > MAX_FILES || listed.truncated) {
    notes.push(
      `${listed.truncated ? 'many' : names.length - MAX_FILES} files of $PMEMRIG_ARTIFACTS were left out: at most ${MAX_FILES} are kept`,
    );
  }
  const refuse = createRefusals(notes);
  let room = MAX_TOTAL_BYTES;
  for (const name of names.slice(0, MAX_FILES)) {
    if (room === 0) {
      notes.push(`further files of $PMEMRIG_ARTIFACTS were left out: at most ${MAX_TOTAL_BYTES} bytes are kept`);
      return;
    }
    const place = await makePlace(localDir, name);
    if (isOver()) return;
    if (!place.ok) {
      refuse(name, place.why);
      continue;
    }
    const { bytes, truncated } = await guest.download(posix.join(remoteDir, name), place.path, {
      maxBytes: Math.min(MAX_FILE_BYTES, room),
    });
    if (isOver()) return;
    room -= Math.min(room, bytes);
    if (truncated) notes.push(`${oneLine(name, 100)} was cut at ${bytes} bytes`);
    files.push(place.path);
  }
}

type Place = { readonly ok: true; readonly path: string } | { readonly ok: false; readonly why: string };

/** A free place for `name` under `localDir`, its folders made; a name out of the guest can hold anything. */
async function makePlace(localDir: string, name: string): Promise<Place> {
  if (/[\p{Cc}\uFFFD]/u.test(name)) return { ok: false, why: 'it holds control characters or is no UTF-8' };
  if (
    Buffer.byteLength(name) > MAX_NAME_BYTES ||
    name.split('/').some((part) => Buffer.byteLength(part) > MAX_PART_BYTES)
  )
    return { ok: false, why: 'it is too long' };
  const path = resolve(localDir, name);
  if (!path.startsWith(resolve(localDir) + sep)) return { ok: false, why: 'it leads out of the folder' };
  try {
    await makeFolders(resolve(localDir), dirname(path));
    if ((await lstat(path).catch(() => undefined)) !== undefined)
      return { ok: false, why: 'something of that name is there already' };
  } catch (error) {
    return { ok: false, why: describe(error) };
  }
  return { ok: true, path };
}

/** As `mkdir -p`, but never through a symbolic link. */
async function makeFolders(from: string, to: string): Promise<void> {
  let folder = from;
  for (const part of relative(from, to)
    .split(sep)
    .filter((word) => word !== '')) {
    folder = resolve(folder, part);
    const there = await lstat(folder).catch(() => undefined);
    if (there === undefined) await mkdir(folder);
    else if (!there.isDirectory()) throw new Error(`${part} is no folder`);
  }
}

function createRefusals(notes: string[]): (name: string, why: string) => void {
  let refused = 0;
  return (name, why) => {
    refused += 1;
    if (refused <= MAX_REFUSALS_NAMED)
      notes.push(`the artifact ${JSON.stringify(oneLine(name, 100))} was left out: ${why}`);
    else if (refused === MAX_REFUSALS_NAMED + 1) notes.push('further artifacts were left out for such names');
  };
}

function describe(error: unknown): string {
  return oneLine(messageOf(error), 300);
}
