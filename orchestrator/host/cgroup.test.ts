import { describe, expect, test } from 'vitest';
import { readCgroupLimits } from './cgroup.ts';

const GiB = 2 ** 30;
const from = (files: Readonly<Record<string, string>>) => readCgroupLimits((path) => files[path]);

describe('readCgroupLimits', () => {
  test('no control groups: no limits', () => {
    expect(from({})).toEqual({ memoryBytes: Infinity, memoryUsedBytes: 0, cores: Infinity });
  });

  test("version 2: a container's own root", () => {
    const limits = from({
      '/proc/self/cgroup': '0::/\n',
      '/sys/fs/cgroup/cgroup.controllers': 'cpu memory\n',
      '/sys/fs/cgroup/memory.max': `${4 * GiB}\n`,
      '/sys/fs/cgroup/memory.current': `${3 * GiB}\n`,
      '/sys/fs/cgroup/memory.stat': `anon ${GiB}\ninactive_file ${GiB}\nactive_file ${GiB}\n`,
      '/sys/fs/cgroup/cpu.max': '150000 100000\n',
    });
    expect(limits).toEqual({ memoryBytes: 4 * GiB, memoryUsedBytes: GiB, cores: 1.5 });
  });

  test('version 2: the tightest of the group and those above it counts', () => {
    const limits = from({
      '/proc/self/cgroup': '0::/ci.slice/job-7\n',
      '/sys/fs/cgroup/cgroup.controllers': 'cpu memory\n',
      '/sys/fs/cgroup/ci.slice/job-7/memory.max': 'max\n',
      '/sys/fs/cgroup/ci.slice/job-7/cpu.max': '200000 100000\n',
      '/sys/fs/cgroup/ci.slice/memory.max': `${2 * GiB}\n`,
      '/sys/fs/cgroup/ci.slice/memory.current': `${GiB}\n`,
      '/sys/fs/cgroup/ci.slice/cpu.max': 'max 100000\n',
    });
    expect(limits).toEqual({ memoryBytes: 2 * GiB, memoryUsedBytes: GiB, cores: 2 });
  });

  test('version 1, where "no limit" is a huge number and -1', () => {
    const files = {
      '/proc/self/cgroup': '4:memory:/job\n2:cpu,cpuacct:/job\n0::/\n',
      '/sys/fs/cgroup/memory/job/memory.limit_in_bytes': '9223372036854771712\n',
      '/sys/fs/cgroup/cpu/job/cpu.cfs_quota_us': '-1\n',
      '/sys/fs/cgroup/cpu/job/cpu.cfs_period_us': '100000\n',
    };
    expect(from(files)).toEqual({ memoryBytes: Infinity, memoryUsedBytes: 0, cores: Infinity });
    const limited = {
      ...files,
      '/sys/fs/cgroup/memory/job/memory.limit_in_bytes': `${GiB}\n`,
      '/sys/fs/cgroup/memory/job/memory.usage_in_bytes': `${GiB / 2}\n`,
      '/sys/fs/cgroup/memory/job/memory.stat': `inactive_file 1\ntotal_inactive_file ${GiB / 4}\ntotal_active_file 0\n`,
      '/sys/fs/cgroup/cpu/job/cpu.cfs_quota_us': '50000\n',
    };
    expect(from(limited)).toEqual({ memoryBytes: GiB, memoryUsedBytes: GiB / 4, cores: 0.5 });
  });
});
