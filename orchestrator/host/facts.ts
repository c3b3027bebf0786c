import { accessSync, constants, existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { availableParallelism, release } from 'node:os';
import { dirname } from 'node:path';
import { readCgroupLimits } from './cgroup.ts';
import { findCommand } from './find-command.ts';
import { detectPackageManager } from './package-manager.ts';
import type { PackageManager } from './packages.ts';
import { parseMeminfo, parseOsRelease } from './parse-facts.ts';
import { readIfThere } from './read-if-there.ts';

/** A folder that the rig writes to, judged by its nearest ancestor that exists. */
export interface FolderFacts {
  readonly path: string;
  readonly freeBytes: number;
  readonly writable: boolean;
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
  readonly packageManager?: PackageManager;
}

/** Reads files of /proc, /sys and /etc; starts no process. */
export async function collectHostFacts(folders: { readonly cacheDir: string; readonly runsDir: string }): Promise<HostFacts> {
  const { prettyName, distributions } = parseOsRelease(readIfThere('/etc/os-release') ?? readIfThere('/usr/lib/os-release') ?? '');
  const packageManager = detectPackageManager(distributions, (name) => findCommand(name) !== undefined);
  return {
    os: prettyName,
    kernel: release(),
    architecture: process.arch,
    node: process.version,
    ...readCapacity(),
    cache: await readFolder(folders.cacheDir),
    runs: await readFolder(folders.runsDir),
    ...(packageManager && { packageManager }),
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

async function readFolder(path: string): Promise<FolderFacts> {
  let existing = path;
  while (!existsSync(existing) && dirname(existing) !== existing) existing = dirname(existing);
  const { bavail, bsize } = await statfs(existing);
  return { path, freeBytes: bavail * bsize, writable: isWritable(existing) };
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
