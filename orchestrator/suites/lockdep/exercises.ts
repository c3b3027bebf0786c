import type { KnownProblem } from '../../model/known-problem.ts';
import { LOCKDEP_EXERCISES, type LockdepExercise } from '../../../matrices/suites/lockdep.ts';

/**
 * What an exercise runs on:
 * - `writable`: a pmem device with the cell's file system on it, or the block device itself
 * - `file`, `dax-file`: the cell's file system on a pmem device, mounted with DAX
 * - `block`: the block device of a namespace
 * - `namespace`: any namespace
 * - `labelled`: an NVDIMM with labels, whose region can hold several namespaces
 * - `reshapable`: a device that ndctl can put into other modes
 * - `memory`: the same, large enough for whole blocks of memory
 * - `host-flushed`: a device that the kernel flushes by asking the host, as virtio-pmem
 */
export type ExerciseNeed =
  'writable' | 'file' | 'dax-file' | 'block' | 'namespace' | 'labelled' | 'reshapable' | 'memory' | 'host-flushed';

export interface Exercise {
  readonly needs: ExerciseNeed;
  /** In `exercises/`. */
  readonly script: string;
  readonly env?: Readonly<Record<string, string>>;
  /** What it takes on TCG on top of the load's duration, in seconds; for `pmemrig list`. */
  readonly overheadSec: number;
  /** The guest is not fit for anything after it. */
  readonly spendsGuest?: true;
  /** What the kernel rightly says of it. */
  readonly forgives?: readonly KnownProblem[];
}

const fsyncWriters = (jobs: number): Exercise => ({
  needs: 'writable',
  script: 'fsync-writers.sh',
  env: { JOBS: String(jobs) },
  overheadSec: 6,
});
const dm = (target: string): Exercise => ({ needs: 'block', script: 'dm.sh', env: { TARGET: target }, overheadSec: 8 });

/** Reads of a device that is taken away fail, and those of udev go through the page cache, which says so. */
const GONE: readonly KnownProblem[] = [
  { title: 'Buffer I/O error on dev pmem*', reason: 'the test takes the device away while it is read' },
];

const EXERCISES: Readonly<Record<LockdepExercise, Exercise>> = {
  'fsync-writers-1': fsyncWriters(1),
  'fsync-writers-4': fsyncWriters(4),
  'fsync-writers-16': fsyncWriters(16),
  'fsync-writers-64': fsyncWriters(64),
  'fault-storm': { needs: 'dax-file', script: 'fault-storm.sh', overheadSec: 6 },
  'mount-cycle': { needs: 'file', script: 'mount-cycle.sh', overheadSec: 4 },
  'sysfs-readers': { needs: 'namespace', script: 'sysfs-readers.sh', overheadSec: 4, forgives: GONE },
  'dm-linear': dm('linear'),
  'dm-log-writes': dm('log-writes'),
  'dm-writecache': dm('writecache'),
  'namespace-disable': { needs: 'namespace', script: 'namespace-disable.sh', overheadSec: 3, forgives: GONE },
  'region-disable': { needs: 'namespace', script: 'region-disable.sh', overheadSec: 3, forgives: GONE },
  'pmem-unbind': { needs: 'block', script: 'pmem-unbind.sh', overheadSec: 3, forgives: GONE },
  'virtio-pmem-unbind': { needs: 'host-flushed', script: 'virtio-pmem-unbind.sh', overheadSec: 3, forgives: GONE },
  'namespace-create': { needs: 'labelled', script: 'namespace-create.sh', overheadSec: 5, forgives: GONE },
  'btt-load': { needs: 'reshapable', script: 'btt-load.sh', overheadSec: 6 },
  'kmem-hotplug': { needs: 'memory', script: 'kmem-hotplug.sh', overheadSec: 6 },
  'memory-failure': {
    needs: 'dax-file',
    script: 'memory-failure.sh',
    overheadSec: 6,
    spendsGuest: true,
    forgives: [{ title: 'Memory failure: *dax page*', reason: 'the test declares the page broken' }],
  },
};

/** The exercise of a test, `lockdep/btt-load`. */
export function exerciseOf(test: string): Exercise {
  const name = test.slice(test.indexOf('/') + 1);
  const found = LOCKDEP_EXERCISES.find((known) => known === name);
  if (found === undefined) throw new Error(`the suite lockdep planned no test ${test}`);
  return EXERCISES[found];
}

export function readExercise(name: LockdepExercise): Exercise {
  return EXERCISES[name];
}
