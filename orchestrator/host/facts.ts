import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { availableParallelism, release, userInfo } from 'node:os';
import { dirname } from 'node:path';
import { execa } from 'execa';
import { readCgroupLimits } from './cgroup.ts';
import { findCommand } from './find-command.ts';
import { detectPackageManager } from './package-manager.ts';
import type { PackageManager } from './packages.ts';
import { countSubordinateIds, parseMeminfo, parseOsRelease } from './parse-facts.ts';

/** A folder that the rig writes to, judged by its nearest ancestor that exists. */
export interface FolderFacts {
  readonly path: string;
  readonly freeBytes: number;
  readonly writable: boolean;
}

export interface UserFacts {
  readonly name: string;
  readonly isRoot: boolean;
  /** Can become root without a person; `false` for root itself. */
  readonly sudo: 'none' | 'asks-password' | 'passwordless';
  /** The smaller of the counts in /etc/subuid and /etc/subgid. */
  readonly subordinateIds: number;
  /** The sysctl, as `name=value`, that keeps this user from making user namespaces. */
  readonly userNamespacesOffBy?: string;
}

/** The host as the rig sees it; control group limits are taken off. Plain serialisable values. */
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
  readonly user: UserFacts;
  readonly packageManager?: PackageManager;
}

export async function collectHostFacts(folders: { readonly cacheDir: string; readonly runsDir: string }): Promise<HostFacts> {
  const { prettyName, distributions } = parseOsRelease(readText('/etc/os-release') || readText('/usr/lib/os-release'));
  const packageManager = detectPackageManager(distributions, (name) => findCommand(name) !== undefined);
  return {
    os: prettyName,
    kernel: release(),
    architecture: process.arch,
    node: process.version,
    ...readCapacity(),
    cache: await readFolder(folders.cacheDir),
    runs: await readFolder(folders.runsDir),
    user: await readUser(),
    ...(packageManager && { packageManager }),
  };
}

/** Cores and memory (bytes) that guests may use between them: the machine's, or the control group's if that is less. */
export function readCapacity(): Pick<HostFacts, 'cores' | 'memoryBytes' | 'memoryAvailableBytes'> {
  const memory = parseMeminfo(readText('/proc/meminfo'));
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

async function readUser(): Promise<UserFacts> {
  const uid = process.getuid?.() ?? 0;
  const name = readUserName(uid);
  const isRoot = uid === 0;
  const ids = ['/etc/subuid', '/etc/subgid'].map((file) => countSubordinateIds(readText(file), { name, uid }));
  const off = findNamespaceBan();
  return { name, isRoot, sudo: isRoot ? 'none' : await probeSudo(), subordinateIds: Math.min(...ids), ...(off && { userNamespacesOffBy: off }) };
}

/** A container may run under a number that has no passwd entry, which makes userInfo().username throw. */
function readUserName(uid: number): string {
  try {
    return userInfo().username;
  } catch {
    return String(uid);
  }
}

async function probeSudo(): Promise<UserFacts['sudo']> {
  if (findCommand('sudo') === undefined) return 'none';
  const { failed } = await execa('sudo', ['-n', 'true'], { reject: false, timeout: 5000, stdin: 'ignore' });
  return failed ? 'asks-password' : 'passwordless';
}

/** Debian's own switch, and the upstream limit; neither file need exist. */
function findNamespaceBan(): string | undefined {
  const switches = ['kernel.unprivileged_userns_clone', 'user.max_user_namespaces'];
  const off = switches.find((name) => readText(`/proc/sys/${name.replace('.', '/')}`).trim() === '0');
  return off && `${off}=0`;
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
