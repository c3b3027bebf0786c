import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';

const MAX_BYTES = 64 * 2 ** 20;

/** A command's whole output on the host, both streams as they come, so that it outlives a guest that dies. */
export interface OutputFile {
  write(chunk: Buffer): void;
  close(): Promise<void>;
}

/** Past 64 MiB the rest is left out, and the file says so. */
export function openOutputFile(path: string): OutputFile {
  const stream = createWriteStream(path);
  // Listened to from the start: a full disk must not end the controller, but fail `close`.
  const done = finished(stream);
  done.catch(() => undefined);
  let room = MAX_BYTES;
  return {
    write(chunk) {
      if (room <= 0) return;
      stream.write(chunk.subarray(0, room));
      room -= chunk.length;
      if (room <= 0) stream.write('\n[pmemrig: the rest of the output was left out]\n');
    },
    async close() {
      stream.end();
      await done;
    },
  };
}
