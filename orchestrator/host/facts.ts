import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, statfs, writeFile } from 'node:fs/promises';
import { availableParallelism, release, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describeRefusal } from '../model/file-refusal.ts';
import { readCgroupLimits } from './cgroup.ts';
import { findCommand } from './find-command.ts';
import { detectPackageManager } from './package-manager.ts';
import type { PackageManager } from './packages.ts';
import { parseMeminfo, parseOsRelease } from './parse-facts.ts';
import { readIfThere } from './read-if-there.ts';
import { present } from '../model/present.ts';

/** A folder that the rig writes to, judged by its nearest ancestor that exists. */
export interface FolderFacts {
  readonly path: string;
  readonly freeBytes: number;
  /** Tried, with a file that is removed again. */
  readonly writable: boolean;
  /** Why not, as a clause. */
  readonly refusal?: string;
  /** Something lies in it already. */
  readonly isUsed?: boolean;
}

/** The host as the rig sees it; control group limits are taken off. Plain serialisable values, quick to collect. */
export interface HostFacts {
  readonly os: string;
  readonly kernel: string;
  readonly architecture: string;
  readonly node: string;
  /** May be a fraction within a container. */
  readonly cores: number;
  readonly memoryBytes: number;
  readonly memoryAvailableBytes: number;
  readonly cache: FolderFacts;
  readonly runs: FolderFacts;
  /** Absent in what runs of an earlier version left. */
  readonly temporary?: FolderFacts;
  readonly packageManager?: PackageManager;
}

/** Reads files of /proc, /sys and /etc; starts no process. */
export async function collectHostFacts(folders: {
  readonly cacheDir: string;
  readonly runsDir: string;
}): Promise<HostFacts> {
  const { prettyName, distributions } = parseOsRelease(
    readIfThere('/etc/os-release') ?? readIfThere('/usr/lib/os-release') ?? '',
  );
  const packageManager = detectPackageManager(distributions, (name) => findCommand(name) !== undefined);
  return {
    os: prettyName,
    kernel: release(),
    architecture: process.arch,
    node: process.version,
    ...readCapacity(),
    cache: await readFolder(folders.cacheDir),
    runs: await readFolder(folders.runsDir),
    temporary: await readFolder(tmpdir(), { isMade: false }),
    ...present({ packageManager }),
  };
}

/** Cores and memory (bytes) that guests may use between them: the machine's, or the control group's if that is less. */
function readCapacity(): Pick<HostFacts, 'cores' | 'memoryBytes' | 'memoryAvailableBytes'> {
  const memory = parseMeminfo(readIfThere('/proc/meminfo') ?? '');
  const limits = readCgroupLimits();
  return {
    cores: Math.min(availableParallelism(), limits.cores),
    memoryBytes: Math.min(memory.totalBytes, limits.memoryBytes),
    memoryAvailableBytes: Math.max(0, Math.min(memory.availableBytes, limits.memoryBytes - limits.memoryUsedBytes)),
  };
}

/** `isMade` is false for a folder that the rig does not make if it is not there. */
async function readFolder(path: string, { isMade = true } = {}): Promise<FolderFacts> {
  let existing = path;
  while (!existsSync(existing) && dirname(existing) !== existing) existing = dirname(existing);
  const { bavail, bsize } = await statfs(existing);
  const refusal = await tryFolder(isMade ? existing : path);
  const isUsed = existing === path && (await readdir(path).catch(() => [])).length > 0;
  return {
    path,
    freeBytes: bavail * bsize,
    writable: refusal === undefined,
    ...present({ refusal }),
    ...(isUsed && { isUsed }),
  };
}

/**
 * Why a file cannot be made and filled there; `undefined` if it can. Rights alone do not show it: there may be a quota
 * or a file system that takes no files, and root may do anything.
 */
async function tryFolder(existing: string): Promise<string | undefined> {
  try {
    const dir = await mkdtemp(join(existing, '.pmemrig-trial-'));
    try {
      await writeFile(join(dir, 'file'), 'x'.repeat(4096));
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
    return undefined;
  } catch (error) {
    return describeRefusal(error, existing) ?? String(error);
  }
}
