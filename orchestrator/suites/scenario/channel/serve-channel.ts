import type { Duplex } from 'node:stream';
import * as z from 'zod';
import { messageOf } from '../../../model/message-of.ts';
import { requestSchema, type Request } from './requests.ts';

/** The longest request: what {@link requestSchema} admits, with all that JSON escapes in it. */
const MAX_LINE_BYTES = 64 * 2 ** 20;
/** Further requests wait in the scenario. */
const MAX_AT_ONCE = 64;
/** Answers pile up here if the scenario reads none. */
const MAX_REFUSED = 1000;
const LINE_FEED = 0x0a;

/** Whoever writes to the channel is not the rig's own code; the message says what is wrong. */
export class UnreadableRequest extends Error {
  override readonly name = 'UnreadableRequest';
}

export interface ChannelOptions {
  /** What is known of the cell, for the scenario. */
  readonly hello: unknown;
  /** Carries a request out. What it throws is the scenario's to catch. */
  readonly answer: (request: Request) => Promise<unknown>;
}

/**
 * Serves the controller's end of a scenario's channel until the scenario closes it. Requests are carried out side by
 * side, a bounded number at once; one with a wrong argument is answered with an error. Rejects with
 * {@link UnreadableRequest}, or with the stream's error where the scenario is killed.
 */
export async function serveChannel(channel: Duplex, { hello, answer }: ChannelOptions): Promise<void> {
  // A scenario that is gone reads nothing; the end of its stream says so.
  const write = (message: unknown): void => {
    if (channel.writable) channel.write(`${JSON.stringify(message)}\n`);
  };
  const running = new Set<Promise<void>>();
  const carryOut = async (request: Request): Promise<void> => {
    try {
      const value = await answer(request);
      if (request.id > 0) write({ id: request.id, value: value ?? null });
    } catch (error) {
      write({ id: request.id, error: { message: messageOf(error), code: codeOf(error) } });
    }
  };
  let refused = 0;
  write({ hello });
  for await (const line of readLines(channel)) {
    const request = readRequest(line);
    if ('refused' in request) {
      refused += 1;
      if (refused > MAX_REFUSED) throw new UnreadableRequest(`${MAX_REFUSED} requests before it were refused`);
      write({ id: request.id, error: { message: request.refused, code: 'bad-argument' } });
      continue;
    }
    const task: Promise<void> = carryOut(request).finally(() => running.delete(task));
    running.add(task);
    while (running.size >= MAX_AT_ONCE) await Promise.race(running);
  }
}

/** A request of the scenario's with an argument that cannot be, which is its author's to mend. */
interface RefusedRequest {
  readonly id: number;
  readonly refused: string;
}

const named = z.looseObject({ id: z.int().min(1), do: z.string() });

/** @throws UnreadableRequest for what `guest` of a scenario does not send */
function readRequest(line: string): Request | RefusedRequest {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch (cause) {
    throw new UnreadableRequest('it is no JSON', { cause });
  }
  const request = requestSchema.safeParse(json);
  if (request.success) return request.data;
  const [issue] = request.error.issues;
  const why = `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'it is no request'}`;
  const sent = named.safeParse(json);
  if (!sent.success) throw new UnreadableRequest(why);
  return { id: sent.data.id, refused: `${sent.data.do}: ${why}` };
}

async function* readLines(channel: Duplex): AsyncGenerator<string> {
  let rest: Buffer[] = [];
  let restBytes = 0;
  for await (const chunk of channel as AsyncIterable<Buffer>) {
    let from = 0;
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, from)) {
      const line = Buffer.concat([...rest, chunk.subarray(from, end)]).toString();
      rest = [];
      restBytes = 0;
      from = end + 1;
      if (line !== '') yield line;
    }
    const tail = chunk.subarray(from);
    restBytes += tail.length;
    if (restBytes > MAX_LINE_BYTES) throw new UnreadableRequest(`it is longer than ${MAX_LINE_BYTES / 2 ** 20} MiB`);
    if (tail.length > 0) rest.push(tail);
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'failed';
}
