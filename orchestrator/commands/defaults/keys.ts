/** The keys of a file of defaults: long names of flags, in the order in which they are shown. */
export const DEFAULT_KEYS = [
  'kernel',
  'config',
  'config-base',
  'image',
  'pmem',
  'size',
  'fs',
  'suite',
  'cpus',
  'memory',
  'append',
  'boot',
  'jobs',
  'retries',
  'runs',
] as const;
export type DefaultKey = (typeof DEFAULT_KEYS)[number];
