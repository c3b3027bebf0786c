import { randomBytes } from 'node:crypto';
import { basename, join, relative } from 'node:path';
import type { ArtifactStore } from '../../model/artifact-store.ts';
import { InfraError } from '../../model/errors.ts';
import { describeRefusal } from '../../model/file-refusal.ts';
import { makeDir } from '../../model/make-dir.ts';
import { linkWhole, writeWhole } from '../../model/write-whole.ts';
import { openLocalArtifacts } from './local-artifacts.ts';

/** Where one run keeps everything; see docs/architecture.md for the layout. */
export interface RunFolder {
  readonly id: string;
  readonly dir: string;
  /** Where a cell's own files are kept. */
  artifactsOf(cellId: string): ArtifactStore;
  /** Makes and returns the folder for a guest's console, argv and pmem backing files. */
  guestDir(guest: number): Promise<string>;
  /** A path inside the run as reports name it. */
  toArtifact(path: string): string;
}

/** `<UTC time>-<name>-<random>`. */
export function newRunId(name: string, now = new Date()): string {
  const stamp = now.toISOString().replace(/[-:]/g, '').replace(/\..*/, '').replace('T', '-');
  return `${stamp}-${name}-${randomBytes(2).toString('hex')}`;
}

/** Makes `<runs>/<UTC time>-<name>-<random>` and points `<runs>/latest` at it. */
export async function createRunFolder(runsDir: string, name: string, now = new Date()): Promise<RunFolder> {
  const id = newRunId(name, now);
  const dir = join(runsDir, id);
  try {
    await makeDir(dir);
    await pointLatestAt(runsDir, id);
  } catch (error) {
    throw new InfraError(`the run folder ${dir} cannot be made: ${describeRefusal(error, dir) ?? String(error)}`, {
      code: 'run-folder',
      remedy: 'choose another place with --runs DIR, or let PMEMRIG_RUNS name one',
      cause: error,
    });
  }
  return openRunFolder(dir);
}

/** The folder of a run that is there already; its name is the run's id. */
export function openRunFolder(dir: string): RunFolder {
  return {
    id: basename(dir),
    dir,
    artifactsOf: (cellId) => openLocalArtifacts(dir, cellId),
    guestDir: (guest) => makeFolder(join(dir, 'guests', String(guest))),
    toArtifact: (path) => relative(dir, path),
  };
}

export const RUN_FILE = 'run.json';

/** Makes `<runs>/latest` the run, also under two runs at once. What the user has put there instead of a link stays. */
export async function pointLatestAt(runsDir: string, id: string): Promise<void> {
  await linkWhole(join(runsDir, 'latest'), id).catch((error: unknown) => {
    if (!(error instanceof Error && 'syscall' in error && error.syscall === 'rename')) throw error;
  });
}

async function makeFolder(dir: string): Promise<string> {
  await makeDir(dir);
  return dir;
}

/**
 * What the run is: written once before its journal begins, whole or not at all, so that a journal can always be
 * resumed.
 */
export async function writeRunJson(folder: RunFolder, facts: Readonly<Record<string, unknown>>): Promise<void> {
  await writeWhole(join(folder.dir, RUN_FILE), `${JSON.stringify(facts, undefined, 2)}\n`);
}
