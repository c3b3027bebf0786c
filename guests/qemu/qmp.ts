import type { Duplex } from 'node:stream';
import { z } from 'zod';
import { createDeferred, withDeadline } from '../deferred.ts';
import { createLineSplitter } from './line-splitter.ts';

/** QEMU refused a command. */
export class QmpError extends Error {
  /** `GenericError`, `CommandNotFound`, … */
  readonly errorClass: string;
  /** QEMU's own words. */
  readonly description: string;

  constructor(command: string, errorClass: string, description: string) {
    super(`QMP ${command}: ${description}`);
    this.name = 'QmpError';
    this.errorClass = errorClass;
    this.description = description;
  }
}

export interface QmpEvent {
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** The QEMU Machine Protocol over an open stream: JSON objects, one a line. */
export interface QmpClient {
  /**
   * The `return` value. Rejects with {@link QmpError}, or a plain Error when QEMU is gone or does not answer in time.
   */
  execute(
    command: string,
    args?: Readonly<Record<string, unknown>>,
    options?: { readonly timeoutMs?: number },
  ): Promise<unknown>;
  /** Fulfils when the stream has ended; never rejects. */
  readonly closed: Promise<void>;
}

// Source: QEMU docs/interop/qmp-spec. Unknown members are allowed everywhere.
const messageSchema = z.union([
  z.object({ QMP: z.object({}) }),
  // That it happened is known, even if its details are not.
  z.object({ event: z.string(), data: z.record(z.string(), z.unknown()).default({}).catch({}) }),
  z.object({ error: z.object({ class: z.string(), desc: z.string() }), id: z.number().optional() }),
  z.object({ return: z.unknown(), id: z.number().optional() }),
]);

const DEFAULT_TIMEOUT_MS = 10_000;
/** The longest answers (`query-memory-devices` with all devices) stay far below. */
const MAX_MESSAGE_CHARS = 4 * 2 ** 20;

/** Waits for the greeting and leaves negotiation mode. */
export async function connectQmp(
  stream: Duplex,
  {
    onEvent,
    timeoutMs = DEFAULT_TIMEOUT_MS,
  }: { readonly onEvent?: (event: QmpEvent) => void; readonly timeoutMs?: number } = {},
): Promise<QmpClient> {
  const pending = new Map<
    number,
    { command: string; resolve: (value: unknown) => void; reject: (error: Error) => void }
  >();
  const greeting = createDeferred<void>();
  const closed = createDeferred<void>();
  let nextId = 1;
  let ended = false;

  const splitter = createLineSplitter(
    (line) => {
      if (line.trim() === '') return;
      const message = parseMessage(line);
      if (message === undefined) return;
      if ('unread' in message)
        pending
          .get(message.id)
          ?.reject(
            new Error(`the answer to QMP ${pending.get(message.id)?.command ?? ''} cannot be read: ${message.unread}`),
          );
      else if ('QMP' in message) greeting.resolve();
      else if ('event' in message) onEvent?.(message);
      else if (message.id !== undefined) {
        const request = pending.get(message.id);
        pending.delete(message.id);
        if ('error' in message) request?.reject(new QmpError(request.command, message.error.class, message.error.desc));
        else request?.resolve(message.return);
      }
    },
    { maxLineChars: MAX_MESSAGE_CHARS },
  );
  const end = () => {
    ended = true;
    splitter.end();
    const gone = new Error('QEMU closed its QMP connection');
    greeting.reject(gone);
    for (const { reject } of pending.values()) reject(gone);
    pending.clear();
    closed.resolve();
  };
  stream.on('data', (chunk: Buffer) => splitter.push(chunk));
  stream.once('close', end);
  // A reset of the socket is QEMU's end; `close` follows.
  stream.on('error', () => undefined);

  const client: QmpClient = {
    closed: closed.promise,
    execute(command, args, options) {
      if (ended) return Promise.reject(new Error('QEMU closed its QMP connection'));
      const id = nextId++;
      const answer = createDeferred<unknown>();
      pending.set(id, { command, ...answer });
      stream.write(`${JSON.stringify({ execute: command, ...(args === undefined ? {} : { arguments: args }), id })}\n`);
      return withDeadline(answer.promise, options?.timeoutMs ?? timeoutMs, () => late(`QMP ${command}`)).finally(() =>
        pending.delete(id),
      );
    },
  };
  await withDeadline(greeting.promise, timeoutMs, () => late('with the QMP greeting'));
  await client.execute('qmp_capabilities');
  return client;
}

function late(what: string): Error {
  return new Error(`QEMU did not answer ${what} in time`);
}

/** `undefined` for what is not of interest; `unread` for an answer that somebody waits for. */
function parseMessage(
  line: string,
): z.infer<typeof messageSchema> | { readonly unread: string; readonly id: number } | undefined {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    return undefined;
  }
  const message = messageSchema.safeParse(json);
  if (message.success) return message.data;
  const answer = z.object({ id: z.number() }).safeParse(json);
  return answer.success ? { unread: line.slice(0, 200), id: answer.data.id } : undefined;
}
