import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { packageData } from '../../model/package-data.ts';

const JOBS_DIR = packageData('orchestrator/suites/fio/jobs');

/**
 * What a job runs on: a file on a DAX mount, a file on any mounted file system,
 * a raw block device, or a device-DAX node.
 */
export const JOB_NEEDS = ['fs-dax', 'fs', 'block', 'devdax'] as const;
export type JobNeed = (typeof JOB_NEEDS)[number];

/** A job in fio's own format, with what its `; pmemrig: key=value` lines mean to the rig. */
export interface FioJob {
  readonly name: string;
  readonly needs: JobNeed;
  /** One line for people. */
  readonly about: string;
  /** It maps with MAP_SYNC, which virtio-pmem rightly refuses. */
  readonly mapSync: boolean;
  /** The engines of its sections. */
  readonly engines: readonly string[];
  /** It writes and reads back its whole size before anything time-based. */
  readonly verifies: boolean;
  readonly text: string;
}

/** Names of the shipped jobs, sorted. */
export function listFioJobs(): readonly string[] {
  return readdirSync(JOBS_DIR)
    .filter((file) => file.endsWith('.fio'))
    .map((file) => file.slice(0, -'.fio'.length))
    .toSorted();
}

const cache = new Map<string, FioJob>();

/** A shipped job; the matrix has checked its name. */
export function readFioJob(name: string): FioJob {
  const known = cache.get(name) ?? parseFioJob(name, readFileSync(join(JOBS_DIR, `${name}.fio`), 'utf8'));
  cache.set(name, known);
  return known;
}

export function parseFioJob(name: string, text: string): FioJob {
  const header = new Map(
    [...text.matchAll(/^; pmemrig: ([\w-]+)=(.+)$/gm)].map((match): [string, string] => [
      match[1] ?? '',
      (match[2] ?? '').trim(),
    ]),
  );
  const needs = JOB_NEEDS.find((need) => need === header.get('needs'));
  const about = header.get('about');
  if (needs === undefined || about === undefined) {
    throw new Error(`fio job ${name}: expected "; pmemrig: needs=${JOB_NEEDS.join('|')}" and "; pmemrig: about=…"`);
  }
  const engines = new Set([...text.matchAll(/^ioengine=(.+)$/gm)].map((match) => (match[1] ?? '').trim()));
  return {
    name,
    needs,
    about,
    mapSync: header.get('map-sync') === 'yes',
    engines: [...engines],
    verifies: /^verify=/m.test(text),
    text,
  };
}
