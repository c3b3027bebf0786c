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
 * All cells and tests of the matrix are in it: one that the baseline has beside them is gone, and a rule that fits
 * nothing fits nothing at all.
 */
const whole = z.boolean();

const purpose = z.discriminatedUnion('kind', [
  /** `baseDir`: the folder of a run to judge it by; `publish`: where its folder is copied to. */
  z.object({ kind: z.literal('matrix'), whole, baseDir: text.exactOptional(), publish: text.exactOptional() }),
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
]);

/**
 * What a run is made for, and so what it ends in beside its reports. `run.json` keeps it: a resumed run ends as it
 * would have. Paths are absolute.
 */
export type RunPurpose = z.infer<typeof purpose>;

/** Reads it from `run.json`; `undefined` for what this pmemrig does not know. */
export function parsePurpose(value: unknown): RunPurpose | undefined {
  return purpose.safeParse(value).data;
}
