import { z } from 'zod';

const text = z.string();
const address = z.object({ name: text, address: text });
const head = z.object({
  subject: text,
  messageId: text.exactOptional(),
  references: z.array(text).readonly(),
  from: address.exactOptional(),
  to: z.array(address).readonly(),
  cc: z.array(address).readonly(),
  date: text.exactOptional(),
});
/** A `PatchSeries`. */
const series = z.object({
  cover: head.exactOptional(),
  patches: z
    .array(z.object({ subject: text, head: head.exactOptional(), diff: text, files: z.array(text).readonly() }))
    .readonly(),
  notes: z.array(text).readonly(),
});

/**
 * The run has all cells and tests of its matrix. Then a cell that only the baseline has is gone, and a rule of the
 * matrix that fits nothing is idle.
 */
const whole = z.boolean();

/** Where the run's folder is copied to, once it has ended. */
const publish = text.exactOptional();

const purpose = z.discriminatedUnion('kind', [
  /** Compared with nothing; `status`: the exit status that `git bisect run` wants. */
  z.object({ kind: z.literal('alone'), whole, publish, status: z.literal('bisect').exactOptional() }),
  /** `baseDir`: the folder of an earlier run to judge it by. */
  z.object({ kind: z.literal('baseline'), whole, baseDir: text, publish }),
  z.object({ kind: z.literal('kernels'), whole, base: text, now: text, json: z.literal(true).exactOptional() }),
  /**
   * `command`: for the answer, without the folders of this host; `mail`: the file that it goes to, or after the report.
   */
  z.object({
    kind: z.literal('series'),
    whole,
    series,
    command: text,
    mail: z.union([text, z.literal(true)]).exactOptional(),
  }),
  z.object({ kind: z.literal('selftest'), whole }),
  /** A round of `--watch`: shown against the round before, whose folder `baseDir` is, and judged by itself. */
  z.object({ kind: z.literal('round'), whole: z.literal(false), baseDir: text }),
]);

/**
 * What a run is made for, and so what it ends in beside its reports. `run.json` keeps it: a resumed run ends as it
 * would have. Paths are absolute.
 */
export type RunPurpose = z.infer<typeof purpose>;

/** Up to 0.2.0 one word stood for `alone` and `baseline`. */
const formerPurpose = z.looseObject({ kind: z.literal('matrix'), baseDir: text.exactOptional() });

/** Reads it from `run.json`; `undefined` for what this pmemrig does not know. */
export function parsePurpose(value: unknown): RunPurpose | undefined {
  const { data: former } = formerPurpose.safeParse(value);
  return purpose.safeParse(former ? { ...former, kind: former.baseDir === undefined ? 'alone' : 'baseline' } : value)
    .data;
}
