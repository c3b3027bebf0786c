import { z } from 'zod';

/**
 * Major and minor version of the reports that we write: the newest of kcidb-io as of February 2026
 * (`kcidb_io/schema/v05_03.py`).
 */
export const KCIDB_VERSION = { major: 5, minor: 3 } as const;

/** The name of a CI system. */
export const ORIGIN = /^[a-z0-9_]+$/;

/** `log_excerpt` may be so long, in code points. */
export const MAX_EXCERPT = 16_384;

const id = z.string().regex(/^[a-z0-9_]+:[^\0]*$/);
const origin = z.string().regex(ORIGIN);
const text = z.string().regex(/^[^\0]*$/);
const excerpt = text.refine((value) => Array.from(value).length <= MAX_EXCERPT);
const path = z.string().regex(/^([a-zA-Z0-9_-]+(\.[a-zA-Z0-9_-]+)*)?$/);
const status = z.enum(['FAIL', 'ERROR', 'MISS', 'PASS', 'DONE', 'SKIP']);
const resources = z.array(z.strictObject({ name: z.string().regex(/^[^/\0]+$/), url: z.url() }));
const time = z.iso.datetime();
const misc = z.record(z.string(), z.unknown());

/**
 * Our own statement of the parts of KCIDB's schema that we use, no wider than that: what passes here is valid there.
 */
export const KCIDB_REPORT = z.strictObject({
  version: z.strictObject({ major: z.literal(KCIDB_VERSION.major), minor: z.literal(KCIDB_VERSION.minor) }),
  checkouts: z.array(
    z.strictObject({
      id,
      origin,
      git_commit_hash: z
        .string()
        .regex(/^[0-9a-f]{40}$/)
        .exactOptional(),
      patchset_hash: z
        .string()
        .regex(/^([0-9a-f]{64})?$/)
        .exactOptional(),
      comment: text,
      valid: z.boolean(),
    }),
  ),
  builds: z.array(
    z.strictObject({
      id,
      origin,
      checkout_id: id,
      comment: text,
      architecture: z.string().regex(/^[a-z0-9_]*$/),
      config_name: text.exactOptional(),
      status,
      log_excerpt: excerpt.exactOptional(),
    }),
  ),
  tests: z.array(
    z.strictObject({
      id,
      origin,
      build_id: id,
      path,
      comment: text,
      status,
      start_time: time.exactOptional(),
      duration: z.number().nonnegative(),
      environment: z.strictObject({ comment: text, misc }),
      log_excerpt: excerpt.exactOptional(),
      log_url: z.url().exactOptional(),
      output_files: resources.exactOptional(),
      misc,
    }),
  ),
  issues: z.array(
    z.strictObject({
      id,
      origin,
      version: z.int().nonnegative(),
      report_subject: text,
      report_url: z.url().exactOptional(),
      culprit: z.strictObject({ code: z.boolean(), tool: z.boolean(), harness: z.boolean() }).exactOptional(),
      comment: text,
      misc,
    }),
  ),
  incidents: z.array(
    z.strictObject({
      id,
      origin,
      issue_id: id,
      issue_version: z.int().nonnegative(),
      test_id: id,
      present: z.literal(true),
    }),
  ),
});

export type KcidbReport = z.infer<typeof KCIDB_REPORT>;
export type KcidbTest = KcidbReport['tests'][number];
