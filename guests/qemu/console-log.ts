import { closeSync, openSync, writeSync } from 'node:fs';

/** The whole console, byte by byte. */
export interface ConsoleLog {
  write(chunk: Uint8Array): void;
  /** Idempotent. */
  close(): void;
}

/** Written synchronously, so that what was read survives the controller's death, and is there for whoever looks after an event. */
export function openConsoleLog(path: string): ConsoleLog {
  let fd: number | undefined = openSync(path, 'w');
  return {
    write(chunk) {
      if (fd === undefined) return;
      try {
        writeSync(fd, chunk);
      } catch {
        // A full disk: the run has its own way to say so, and the console is still read for its own sake.
      }
    },
    close() {
      if (fd !== undefined) closeSync(fd);
      fd = undefined;
    },
  };
}
