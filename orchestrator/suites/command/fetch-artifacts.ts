import { posix } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ArtifactRefused, type ArtifactStore } from '../../model/artifact-store.ts';
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
  /** As `TestResult.artifacts` wants them. */
  readonly files: readonly string[];
  /** What was left out and why, a sentence each. */
  readonly notes: readonly string[];
}

interface FetchOptions {
  readonly guest: Guest;
  readonly remoteDir: string;
  readonly artifacts: ArtifactStore;
  /** Among the cell's files. */
  readonly folder: string;
  readonly timeoutMs: number;
}

/**
 * Copies the files of a guest's folder into one of the cell's: within bounds, and nowhere else whatever the guest calls
 * them. What goes wrong is a note; rejects only with GuestDeath.
 */
export async function fetchArtifacts(options: FetchOptions): Promise<FetchedArtifacts> {
  const { timeoutMs } = options;
  const files: string[] = [];
  const notes: string[] = [];
  const over = new AbortController();
  const deadline = sleep(timeoutMs, 'deadline' as const, { signal: over.signal, ref: false });
  const fetched = fetchAll({ ...options, files, notes, isOver: () => over.signal.aborted });
  try {
    if ((await Promise.race([fetched, deadline])) === 'deadline') {
      notes.push(
        `only ${files.length} ${files.length === 1 ? 'artifact' : 'artifacts'} could be fetched within ` +
          `${timeoutMs / 1000} s (the limit for fetching them)`,
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

interface Fetch extends FetchOptions {
  readonly files: string[];
  readonly notes: string[];
  readonly isOver: () => boolean;
}

async function fetchAll(fetch: Fetch): Promise<void> {
  const { guest, remoteDir, timeoutMs, files, notes, isOver } = fetch;
  const listed = await guest.exec(['find', remoteDir, '-type', 'f', '-printf', '%P\\0'], {
    timeoutMs,
    maxOutputBytes: MAX_LISTING_BYTES,
  });
  if (listed.exitCode !== 0)
    notes.push(`the artifacts could not be listed whole: ${oneLine(listed.stderr, 200) || 'find failed'}`);
  // The first name of a listing that was cut is half a name.
  const names = listed.stdout
    .split('\0')
    .slice(listed.truncated ? 1 : 0)
    .filter((name) => name !== '')
    .toSorted();
  if (names.length > MAX_FILES || listed.truncated) {
    notes.push(
      `${listed.truncated ? 'many' : names.length - MAX_FILES} files of $PMEMRIG_ARTIFACTS were left out: ` +
        `at most ${MAX_FILES} are kept`,
    );
  }
  const refuse = createRefusals(notes);
  let room = MAX_TOTAL_BYTES;
  for (const name of names.slice(0, MAX_FILES)) {
    if (room === 0) {
      notes.push(`further files of $PMEMRIG_ARTIFACTS were left out: at most ${MAX_TOTAL_BYTES} bytes are kept`);
      return;
    }
    const fault = findNameFault(name);
    const fetched = fault === undefined ? await fetchFile(name, room, fetch) : new ArtifactRefused(fault);
    if (isOver()) return;
    if (fetched instanceof ArtifactRefused) {
      refuse(name, describe(fetched));
      continue;
    }
    if (!fetched) return;
    const { bytes, truncated } = fetched.value;
    room -= Math.min(room, bytes);
    if (truncated) notes.push(`${oneLine(name, 100)} was cut at ${bytes} bytes`);
    files.push(fetched.artifact);
  }
}

/** `undefined`: the time was over before it came. */
async function fetchFile(name: string, room: number, { guest, remoteDir, artifacts, folder, isOver }: Fetch) {
  try {
    return await artifacts.receive(
      `${folder}/${name}`,
      async (path) =>
        isOver()
          ? undefined
          : guest.download(posix.join(remoteDir, name), path, { maxBytes: Math.min(MAX_FILE_BYTES, room) }),
      { foreign: true },
    );
  } catch (error) {
    if (error instanceof ArtifactRefused) return error;
    throw error;
  }
}

/** Why no file may have a name; one out of a guest can hold anything. */
function findNameFault(name: string): string | undefined {
  if (/[\p{Cc}\uFFFD]/u.test(name)) return 'it holds control characters or is no UTF-8';
  if (
    Buffer.byteLength(name) > MAX_NAME_BYTES ||
    name.split('/').some((part) => Buffer.byteLength(part) > MAX_PART_BYTES)
  )
    return 'it is too long';
  const path = posix.normalize(name);
  return posix.isAbsolute(path) || /^\.\.?(\/|$)/.test(path) ? 'it leads out of the folder' : undefined;
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
