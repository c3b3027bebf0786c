import { createDeferred, type Deferred, settlesWithin } from '../deferred.ts';
import { ConnectionLost, LOSS_WAIT_MS, type SshConnection } from './connection.ts';
import { createLineSplitter } from '../qemu/line-splitter.ts';
import { composeCommandLine } from './quote.ts';

/**
 * Writes lines to the guest's kernel log, and so to its console. One shell stays open for all of them and answers in
 * milliseconds. A command of its own for each would cost a fifth of a second under TCG. It starts no process, so that
 * it works in a kernel that cannot fork any more.
 */
export interface Marker {
  /** True when the line is in the log, so that the next command comes after it; false if the shell ended first. */
  write(line: string): Promise<boolean>;
  /** Writes by another shell from now on: the one before may have been stopped. */
  renew(): void;
}

interface Writer {
  send(line: string): Promise<boolean>;
}

/** Answers each line with an empty one. The log is opened once: a test may put something else in its place. */
const SCRIPT = String.raw`exec 3> /dev/kmsg; while IFS= read -r line; do printf '%s\n' "$line" >&3; echo; done`;

export function openMarker(connection: SshConnection): Marker {
  let writer: Promise<Writer> | undefined;
  return {
    async write(line) {
      const own = (writer ??= openWriter(connection, () => {
        if (writer === own) writer = undefined;
      }));
      // Level 4 passes the console's own level; the kernel log takes one record a line.
      return (await own).send(`<4>${line}`);
    },
    renew() {
      writer = undefined;
    },
  };
}

function openWriter(connection: SshConnection, onClose: () => void): Promise<Writer> {
  return connection.openExec(composeCommandLine(SCRIPT), (channel) => {
    const waiting: Deferred<boolean>[] = [];
    const answers = createLineSplitter(() => waiting.shift()?.resolve(true));
    channel.on('data', (chunk: Buffer) => answers.push(chunk));
    channel.stderr.resume();
    channel.stdin.on('error', () => undefined);
    channel.once('close', () => {
      onClose();
      void settleLost(connection, waiting.splice(0));
    });
    return {
      send(line) {
        const answer = createDeferred<boolean>();
        waiting.push(answer);
        channel.stdin.write(`${line}\n`);
        return answer.promise;
      },
    };
  });
}

/** A test that kills all it finds kills this shell, too: then another one can write. */
async function settleLost(connection: SshConnection, waiting: readonly Deferred<boolean>[]): Promise<void> {
  const lost = await settlesWithin(connection.closed, LOSS_WAIT_MS);
  for (const { resolve, reject } of waiting) {
    if (lost) reject(new ConnectionLost());
    else resolve(false);
  }
}
