import { createDeferred, settlesWithin, type Deferred } from '../deferred.ts';
import { ConnectionLost, LOSS_WAIT_MS, type SshConnection } from './connection.ts';
import { createLineSplitter } from '../qemu/line-splitter.ts';
import { composeCommandLine } from './quote.ts';

/**
 * Writes lines to the guest's kernel log, and so to its console. One shell stays open for all of them: a command of its
 * own for each would cost a fifth of a second under TCG, where the answer of this one takes milliseconds.
 */
export interface Marker {
  /** Fulfils when the line is in the log, so that whatever runs next comes after it. */
  write(text: string): Promise<void>;
}

interface Writer {
  send(line: string): Promise<void>;
}

/** Answers each line with an empty one. */
const SCRIPT = String.raw`while IFS= read -r line; do printf '%s\n' "$line" > /dev/kmsg; echo; done`;

export function openMarker(connection: SshConnection): Marker {
  let writer: Promise<Writer> | undefined;
  return {
    async write(text) {
      writer ??= openWriter(connection, () => (writer = undefined));
      // Level 4 passes the console's own level; the kernel log takes one record a line.
      return (await writer).send(`<4>pmemrig: ${text.replaceAll(/\s+/g, ' ')}`);
    },
  };
}

function openWriter(connection: SshConnection, onClose: () => void): Promise<Writer> {
  return connection.openExec(composeCommandLine(SCRIPT), (channel) => {
    const waiting: Deferred<void>[] = [];
    const answers = createLineSplitter(() => waiting.shift()?.resolve());
    channel.on('data', (chunk: Buffer) => answers.push(chunk));
    channel.stderr.resume();
    channel.stdin.on('error', () => undefined);
    channel.once('close', () => {
      onClose();
      void settleLost(connection, waiting.splice(0));
    });
    return {
      send(line) {
        const answer = createDeferred<void>();
        waiting.push(answer);
        channel.stdin.write(`${line}\n`);
        return answer.promise;
      },
    };
  });
}

/** If only the shell was killed, by a test that kills all it finds, a mark is lost but nothing else. */
async function settleLost(connection: SshConnection, waiting: readonly Deferred<void>[]): Promise<void> {
  const lost = await settlesWithin(connection.closed, LOSS_WAIT_MS);
  for (const { resolve, reject } of waiting) {
    if (lost) reject(new ConnectionLost());
    else resolve();
  }
}
