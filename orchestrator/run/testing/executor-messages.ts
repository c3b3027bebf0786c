import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { RunEvent } from '../../model/event.ts';
import type { GroupEnd, GroupOrder } from '../../model/executor.ts';

/** What a controller sends to an executor in another process, a line of JSON each; `order` counts its orders. */
export type ToExecutor = { readonly order: number } & (
  | { readonly type: 'order'; readonly group: GroupOrder }
  | { readonly type: 'guest'; readonly id: number }
  | { readonly type: 'stop' }
);

/** And what comes back. */
export type ToController = { readonly order: number } & (
  | { readonly type: 'event'; readonly event: RunEvent }
  | { readonly type: 'log'; readonly line: string }
  | { readonly type: 'next-guest' }
  | { readonly type: 'end'; readonly end: GroupEnd }
);

export function send(stream: Writable, message: ToExecutor | ToController): void {
  stream.write(`${JSON.stringify(message)}\n`);
}

/** The messages of a stream, until it ends; both ends are built from one tree, so that the caller knows their type. */
export async function* readMessages(stream: Readable): AsyncIterable<unknown> {
  for await (const line of createInterface({ input: stream })) yield JSON.parse(line);
}
