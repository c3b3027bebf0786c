import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { messageOf } from '../../model/message-of.ts';

const MAX_BYTES = 64 * 2 ** 20;
/** What may wait in memory for the disk: a guest can print faster than it writes. */
const MAX_WAITING_BYTES = 8 * 2 ** 20;

/** A command's whole output on the host, both streams as they come, so that it outlives a guest that dies. */
export interface OutputFile {
  write(chunk: Buffer): void;
  /** Fulfils when all is on the disk, with the reason if it is not: a full disk is no verdict on the command. */
  close(): Promise<string | undefined>;
}

/** Past 64 MiB, or where the disk cannot keep up, output is left out, and the file says so. */
export function openOutputFile(stream: Writable): OutputFile {
  // Listened to from the start: a full disk must not end the controller.
  const done = finished(stream).then(
    () => undefined,
    (error: unknown) => `the output could not be kept: ${messageOf(error)}`,
  );
  let room = MAX_BYTES;
  let dropped = 0;
  const reportDropped = () => {
    if (dropped > 0) stream.write(`\n[pmemrig: ${dropped} bytes were left out here, the disk being too slow]\n`);
    dropped = 0;
  };
  return {
    write(chunk) {
      if (room <= 0 || stream.destroyed) return;
      if (stream.writableLength > MAX_WAITING_BYTES) {
        dropped += chunk.length;
        return;
      }
      reportDropped();
      stream.write(chunk.subarray(0, room));
      room -= chunk.length;
      if (room <= 0) stream.write('\n[pmemrig: the rest of the output was left out]\n');
    },
    close() {
      if (!stream.destroyed) reportDropped();
      stream.end();
      return done;
    },
  };
}
