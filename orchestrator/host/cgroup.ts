import { dirname, join } from 'node:path';
import { readIfThere } from './read-if-there.ts';

const CGROUP_ROOT = '/sys/fs/cgroup';

/** What the control groups leave to this process; `Infinity` where they set no limit. */
export interface CgroupLimits {
  readonly memoryBytes: number;
  /** The part of `memoryBytes` in use that can't be dropped: page cache is not counted. */
  readonly memoryUsedBytes: number;
  /** May be a fraction: a quota of 150 ms in each 100 ms is 1.5. */
  readonly cores: number;
}

type ReadText = (path: string) => string | undefined;

interface Hierarchy {
  readonly version: 1 | 2;
  readonly memory: string;
  readonly cpu: string;
}

/** The tightest limits of this process's group and of the groups above it; a container's or a CI job's, usually. */
export function readCgroupLimits(readText: ReadText = readIfThere): CgroupLimits {
  const membership = readText('/proc/self/cgroup') ?? '';
  const { version, memory, cpu } = locateGroups(membership, readText);
  let limits: CgroupLimits = { memoryBytes: Infinity, memoryUsedBytes: 0, cores: Infinity };
  for (const group of upwards(memory)) {
    const memoryBytes = parseLimit(readText(join(group, version === 2 ? 'memory.max' : 'memory.limit_in_bytes')));
    if (memoryBytes < limits.memoryBytes)
      limits = { ...limits, memoryBytes, memoryUsedBytes: readUsed(group, version, readText) };
  }
  for (const group of upwards(cpu))
    limits = { ...limits, cores: Math.min(limits.cores, readCores(group, version, readText)) };
  return limits;
}

function locateGroups(membership: string, readText: ReadText): Hierarchy {
  const v2 = /^0::(.*)$/m.exec(membership)?.[1] ?? '/';
  // Version 1 beside version 2 ("hybrid"): the controllers are then in version 1's folders.
  if (readText(join(CGROUP_ROOT, 'cgroup.controllers')) !== undefined) {
    return { version: 2, memory: join(CGROUP_ROOT, v2), cpu: join(CGROUP_ROOT, v2) };
  }
  const folderOf = (controller: string): string => {
    const path =
      new RegExp(String.raw`^\d+:(?:[^:\n]*,)?${controller}(?:,[^:\n]*)?:(.*)$`, 'm').exec(membership)?.[1] ?? '/';
    return join(CGROUP_ROOT, controller, path);
  };
  return { version: 1, memory: folderOf('memory'), cpu: folderOf('cpu') };
}

/** Within a container the paths of /proc/self/cgroup may name groups that it can't see; those above it still count. */
function* upwards(group: string): Generator<string> {
  for (let folder = group; folder.startsWith(CGROUP_ROOT); folder = dirname(folder)) yield folder;
}

/** Version 1 says "no limit" with the largest multiple of a page. */
function parseLimit(text: string | undefined): number {
  const value = Number(text?.trim() || 'max');
  return Number.isFinite(value) && value < Number.MAX_SAFE_INTEGER ? value : Infinity;
}

function readUsed(group: string, version: 1 | 2, readText: ReadText): number {
  const current = Number(readText(join(group, version === 2 ? 'memory.current' : 'memory.usage_in_bytes')) ?? 0);
  const stat = readText(join(group, 'memory.stat')) ?? '';
  const prefix = version === 2 ? '' : 'total_';
  const cache = ['inactive_file', 'active_file'].map((key) =>
    Number(new RegExp(`^${prefix}${key} (\\d+)$`, 'm').exec(stat)?.[1] ?? 0),
  );
  return Math.max(
    0,
    cache.reduce((left, bytes) => left - bytes, current),
  );
}

function readCores(group: string, version: 1 | 2, readText: ReadText): number {
  const text =
    version === 2
      ? readText(join(group, 'cpu.max'))
      : `${readText(join(group, 'cpu.cfs_quota_us')) ?? ''} ${readText(join(group, 'cpu.cfs_period_us')) ?? ''}`;
  const [quota = NaN, period = NaN] = (text ?? '').split(/\s+/).filter(Boolean).map(Number);
  return quota > 0 && period > 0 ? quota / period : Infinity;
}
