import * as z from 'zod';
import { duration, listOf, record } from '../values/scalars.ts';
import type { SuiteFormat } from './suite-format.ts';
import { suiteKeys } from './suite-keys.ts';

/**
 * The exercises of the suite `lockdep`, in the order in which they run. What changes the devices comes after what only
 * uses them. What no guest survives unharmed comes last.
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

export interface LockdepSuiteSpec {
  readonly kind: 'lockdep';
  readonly name: string;
  readonly exercises: readonly LockdepExercise[];
  /** Set when the matrix names no exercises: a cell then plans those that its devices and filesystem allow. */
  readonly fitting?: true;
  /** Seconds of load in each exercise. */
  readonly durationSec: number;
}

const schema = record('a lockdep suite', {
  ...suiteKeys('lockdep'),
  exercises: listOf(z.enum(LOCKDEP_EXERCISES, { error: 'expected an exercise' }), 'exercises')
    .refine((names) => new Set(names).size === names.length, { error: 'expected each exercise once' })
    .optional()
    .describe('What to do to the locks of the pmem stack; absent: all that the cell can do.'),
  duration: duration('a duration', { min: 1, max: 24 * 3600 })
    .prefault('10s')
    .describe('How long each exercise keeps up its load: 10s.'),
});

export const lockdepFormat: SuiteFormat<z.output<typeof schema>, LockdepSuiteSpec> = {
  schema,
  resolve: ({ name, exercises, duration: durationSec }) => ({
    kind: 'lockdep',
    name,
    ...(exercises ? { exercises } : { exercises: LOCKDEP_EXERCISES, fitting: true }),
    durationSec,
  }),
};
