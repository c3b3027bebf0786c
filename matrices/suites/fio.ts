import * as z from 'zod';
import { type Problem, suggest } from '../source/problem.ts';
import { duration, listOf, record, size, text } from '../values/scalars.ts';
import type { SuiteFormat } from './suite-format.ts';
import { suiteKeys } from './suite-keys.ts';

export interface FioSuiteSpec {
  readonly kind: 'fio';
  readonly name: string;
  /** Names of job files in `orchestrator/suites/fio/jobs`. */
  readonly jobs: readonly string[];
  /** Set when the matrix names no jobs: a cell then plans those of `jobs` that its devices and filesystem allow. */
  readonly fitting?: true;
  /** Seconds a time-based job runs. */
  readonly runtimeSec: number;
  readonly sizeBytes: number;
  /** What its figures are; absent: time. */
  readonly measure?: 'instructions';
}

const schema = record('a fio suite', {
  ...suiteKeys('fio'),
  jobs: listOf(text('the name of a fio job'), 'fio jobs')
    .optional()
    .describe('Job files of orchestrator/suites/fio/jobs, without ".fio"; absent: all that the cell can run.'),
  runtime: duration('a runtime', { min: 1, max: 24 * 3600 })
    .prefault('5s')
    .describe('How long a time-based job runs: 5s.'),
  size: size('a file size', { min: 2 ** 20, max: 2 ** 40, step: 4096 })
    .prefault('128M')
    .describe('Size of the file or device area under test: 128M.'),
  measure: z
    .enum(['time', 'instructions'], { error: 'expected what to measure' })
    .default('time')
    .describe(
      'instructions: those of the guest for each I/O, counted by QEMU on one virtual CPU, whatever else the host does.',
    ),
});

export const fioFormat: SuiteFormat<z.output<typeof schema>, FioSuiteSpec> = {
  schema,
  resolve: ({ name, jobs, runtime, size: sizeBytes, measure }, { offered }) => ({
    kind: 'fio',
    name,
    ...(jobs ? { jobs } : { jobs: offered, fitting: true }),
    runtimeSec: runtime,
    sizeBytes,
    ...(measure === 'instructions' && { measure }),
  }),
  check: ({ jobs = [] }, { at, offered }) =>
    jobs.flatMap((job, index): Problem[] => {
      const path = [...at, 'jobs', index];
      if (jobs.indexOf(job) !== index)
        return [
          {
            code: 'duplicate-name',
            message: `the fio job "${job}" is listed twice`,
            remedy: 'remove one of the two',
            path,
          },
        ];
      return offered.includes(job)
        ? []
        : [
            {
              code: 'unknown-name',
              message: `no fio job is named "${job}"`,
              remedy: suggest(job, offered, 'jobs'),
              path,
            },
          ];
    }),
};
