/**
 * The exercises of the suite `lockdep`, in the order in which they run: what changes the devices comes after what only
 * uses them, and what no guest survives unharmed comes last.
 */
export const LOCKDEP_EXERCISES = [
  'fsync-writers-1',
  'fsync-writers-4',
  'fsync-writers-16',
  'fsync-writers-64',
  'fault-storm',
  'mount-cycle',
  'sysfs-readers',
  'dm-linear',
  'dm-log-writes',
  'dm-writecache',
  'namespace-disable',
  'region-disable',
  'pmem-unbind',
  'virtio-pmem-unbind',
  'namespace-create',
  'btt-load',
  'kmem-hotplug',
  'memory-failure',
] as const;

export type LockdepExercise = (typeof LOCKDEP_EXERCISES)[number];
