import * as z from 'zod';
import { glob, record, text } from '../values/scalars.ts';

/** The axes of the matrix, as rules and filters call them, and the key that lists each one's names. */
export const AXES = {
  kernel: 'kernels',
  image: 'images',
  pmem: 'pmem',
  filesystem: 'filesystems',
  suite: 'suites',
} as const;

export type Axis = keyof typeof AXES;

const globs = z
  .union([glob, z.array(glob).min(1, { error: 'expected at least one glob' })], {
    error: 'expected a glob or a list of globs',
  })
  .transform((input) => (typeof input === 'string' ? [input] : input))
  .optional();

const axes = {
  kernel: globs.describe('Globs over kernel names; absent: all.'),
  image: globs.describe('Globs over image names; absent: all.'),
  pmem: globs.describe('Globs over topology names; absent: all.'),
  filesystem: globs.describe('Globs over filesystem names; absent: all.'),
  suite: globs.describe('Globs over suite names; absent: all.'),
};

export const ruleSchema = record('an include rule', axes);

export const excludeSchema = record('an exclude rule', {
  ...axes,
  reason: text('a reason, for the reports').describe('Why; reports repeat it.'),
});
