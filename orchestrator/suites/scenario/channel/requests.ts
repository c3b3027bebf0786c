import * as z from 'zod';

/** The longest path, command and text that a scenario may send. */
const MAX_TEXT_CHARS = 16 * 2 ** 20;

const text = z.string().max(MAX_TEXT_CHARS);
const path = z.string().min(1).max(4096);
const bytes = z
  .int()
  .min(0)
  .max(2 ** 44);
const id = z.int().min(0);
const kind = z.enum(['nvdimm', 'virtio-pmem', 'virtio-blk', 'memory', 'usb-disk']);

const device = z.strictObject({ kind, sizeBytes: bytes.min(1), labelSizeBytes: bytes.exactOptional() });
const plugged = z.strictObject({
  id: z.string().max(64),
  kind,
  sizeBytes: bytes,
  serial: z.string().max(64).exactOptional(),
  address: z.int().min(0).exactOptional(),
});

const fault = z.strictObject({
  devices: z.array(z.int().min(0)).max(64),
  error: z.enum(['EIO', 'ENOSPC']).exactOptional(),
  nth: z.int().min(1).exactOptional(),
  delayMs: z.number().min(0).max(3_600_000).exactOptional(),
});

/** What a scenario asks for over its channel. `id` 0 has no answer. */
export const requestSchema = z.discriminatedUnion('do', [
  z.strictObject({
    id,
    do: z.literal('exec'),
    /** For bash in the guest. */
    command: text,
    /** As the scenario's author wrote it. */
    shown: text,
    cwd: path.exactOptional(),
    env: z.record(z.string().max(256), text).exactOptional(),
    input: text.exactOptional(),
    timeoutMs: z
      .number()
      .min(1)
      .max(24 * 3_600_000)
      .exactOptional(),
  }),
  z.strictObject({ id, do: z.literal('upload'), from: path, to: path }),
  z.strictObject({ id, do: z.literal('download'), from: path, to: path }),
  z.strictObject({ id, do: z.literal('write'), path, text, mode: z.int().min(0).max(0o7777).exactOptional() }),
  z.strictObject({ id, do: z.enum(['kill', 'power-on', 'power-cycle', 'reset', 'pause', 'resume', 'lose-power']) }),
  z.strictObject({ id, do: z.literal('plug'), device }),
  z.strictObject({ id, do: z.literal('unplug'), device: z.union([z.int().min(0), plugged]) }),
  z.strictObject({ id, do: z.literal('attach-fault'), fault }),
  z.strictObject({ id, do: z.literal('keep-durable'), device: z.int().min(0) }),
  z.strictObject({ id, do: z.enum(['count-durable', 'end-durable']), image: z.int().min(0) }),
  z.strictObject({ id, do: z.enum(['list-flushes', 'detach-fault']), watch: z.int().min(0) }),
  z.strictObject({
    id,
    do: z.literal('allow-problem'),
    signature: z.string().min(1).max(1000),
    reason: z.string().min(1).max(1000),
  }),
  /** What ended it. */
  z.strictObject({ id, do: z.literal('threw'), message: z.string().max(4000) }),
]);

export type Request = z.output<typeof requestSchema>;
