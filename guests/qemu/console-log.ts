import { closeSync, openSync, writeSync } from 'node:fs';
import { createTail } from '../store/tail.ts';

/** The console, byte by byte, in a file of bounded size: its beginning and its end. */
export interface ConsoleLog {
  write(chunk: Uint8Array): void;
  /** Idempotent. */
  close(): void;
}

/** A boot takes some 50 KiB; a kernel that prints in a loop would fill the disk of all runs. */
const HEAD_BYTES = 48 * 2 ** 20;
/** Kept in memory and written at the end: a death explains itself last. */
const TAIL_BYTES = 2 ** 20;

/**
 * With `append` it goes on where an earlier boot of the machine has ended it, bounded anew. Written synchronously, so that what was read survives the controller's death, and is there for whoever looks after an
 * event.
 */
export function openConsoleLog(
  path: string,
  { headBytes = HEAD_BYTES, tailBytes = TAIL_BYTES, append: again = false } = {},
): ConsoleLog {
  let fd: number | undefined = openSync(path, again ? 'a' : 'w');
  const tail = createTail(tailBytes);
  let room = headBytes;
  let cutBytes = 0;

  const append = (bytes: Uint8Array) => {
    if (fd === undefined) return;
    try {
      writeSync(fd, bytes);
    } catch {
      // A full disk: the run has its own way to say so, and the console is still read for its own sake.
    }
  };
  return {
    write(chunk) {
      const rest = chunk.subarray(room);
      if (room > 0) append(chunk.subarray(0, room));
      room -= chunk.length - rest.length;
      if (rest.length === 0) return;
      if (cutBytes === 0)
        append(
          Buffer.from(
            `\npmemrig: the log is cut here, after ${headBytes} bytes; ` +
              `once the guest has ended, its last ${tailBytes} bytes follow\n`,
          ),
        );
      cutBytes += rest.length;
      tail.push(Buffer.from(rest));
    },
    close() {
      if (fd === undefined) return;
      if (cutBytes > 0)
        append(Buffer.from(`pmemrig: ${Math.max(0, cutBytes - tailBytes)} bytes are left out here\n${tail.text()}`));
      closeSync(fd);
      fd = undefined;
    },
  };
}
