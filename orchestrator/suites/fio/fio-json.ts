import * as z from 'zod';
import { describeMisfit, nameOf, parseEach } from '../../model/parse-each.ts';
import { messageOf } from '../../model/message-of.ts';

/** `null` where fio wrote no finite number. */
const figure = z.number().nullable();

const latency = z.object({
  mean: figure,
  /** Only where I/O was done: `"99.900000": 276480`. */
  percentile: z.record(z.string(), figure).optional(),
});

const direction = z.object({
  total_ios: z.number(),
  iops: figure,
  /** Bytes a second; `bw` is in KiB. */
  bw_bytes: figure,
  clat_ns: latency,
});

const section = z.object({
  jobname: z.string(),
  /** An errno, 0 if all went well. */
  error: z.number(),
  read: direction,
  write: direction,
  sync: z.object({ total_ios: z.number(), lat_ns: latency }),
  /** Milliseconds. */
  job_runtime: z.number().optional(),
  /** CPU time of its own thread or process, as a part of `job_runtime`. */
  usr_cpu: figure,
  sys_cpu: figure,
});

const fioOutput = z.object({
  'fio version': z.string().catch('fio (of an unknown version)'),
  jobs: z.array(z.unknown()).min(1),
});

/** The part of `fio --output-format=json` that the rig reads; field names as fio 3.33 writes them. */
export interface FioOutput {
  readonly jobs: readonly FioSection[];
}
export type FioSection = z.output<typeof section>;

export type FioParse =
  | {
      readonly ok: true;
      readonly output: FioOutput;
      readonly preamble: string;
      /** What of it could not be read; the sections in `output` stand. */
      readonly problem?: string;
    }
  | { readonly ok: false; readonly problem: string; readonly preamble: string };

/**
 * Reads what `--output` wrote. fio puts messages before the JSON, in which braces may occur; the JSON begins with a
 * line of its own.
 */
export function parseFioOutput(text: string): FioParse {
  const start = /^\{$/m.exec(text)?.index;
  if (start === undefined) return { ok: false, problem: 'fio wrote no JSON', preamble: text };
  const preamble = text.slice(0, start);
  let json: unknown;
  try {
    // JSON knows neither what printf(3) makes of a division by zero, nor numbers beyond a double's.
    const printable = text.slice(start).replaceAll(/^(\s*"[^"]*" : )-?(?:nan|inf)(?=,?\r?$)/gm, '$1null');
    json = JSON.parse(printable, (_key, value: unknown) =>
      typeof value === 'number' && !Number.isFinite(value) ? null : value,
    );
  } catch (error) {
    return {
      ok: false,
      problem: `fio's JSON is broken: ${messageOf(error)}`,
      preamble,
    };
  }
  const parsed = fioOutput.safeParse(json);
  if (!parsed.success)
    return { ok: false, problem: `fio's JSON is not as expected: ${describeMisfit(parsed.error, json)}`, preamble };
  const { 'fio version': version, jobs } = parsed.data;
  const { good, odd } = parseEach(jobs, section);
  if (odd.length === 0) return { ok: true, output: { jobs: good }, preamble };
  const words = odd
    .map(({ entry, why }) => `section "${nameOf(entry, 'jobname') ?? 'without a name'}": ${why}`)
    .join('; ');
  return { ok: true, output: { jobs: good }, preamble, problem: `the JSON of ${version} is not as expected: ${words}` };
}
