/**
 * The scenario's end of its private channel to the controller: JSON objects, one a line, over an inherited socket.
 */
import { Socket } from 'node:net';
import { createInterface } from 'node:readline';

const CHANNEL_FD = 3;

/** The controller could not do what was asked of the guest's machine. */
export class GuestError extends Error {
  /** @param {{ message: string, code: string }} error */
  constructor({ message, code }) {
    super(message);
    this.name = 'GuestError';
    /** `guest-off`, `guest-reset`, `guest-paused`, `device-refused`, … */
    this.code = code;
  }
}

/** An error that came over the channel stands where the scenario asked. */
function standsAt(error, { stack = '' }) {
  const frames = stack.split('\n').filter((line) => /^\s+at /.test(line) && !line.includes('/scenario/child/'));
  error.stack = [`${error.name} [${error.code}]: ${error.message}`, ...frames].join('\n');
  return error;
}

export function openChannel() {
  const socket = new Socket({ fd: CHANNEL_FD, readable: true, writable: true });
  // Its end is the controller's, which ends this process, too.
  socket.on('error', () => undefined);
  const pending = new Map();
  let nextId = 1;
  // A scenario ends when nothing is left to do; a channel alone is nothing to do.
  const hold = () => (pending.size > 0 ? socket.ref() : socket.unref());
  const take = (line) => {
    const { id, value, error } = JSON.parse(line);
    const waiting = pending.get(id);
    pending.delete(id);
    hold();
    if (error === undefined) waiting?.resolve(value);
    else waiting?.reject(standsAt(new GuestError(error), waiting.asked));
  };
  const lines = createInterface({ input: socket, crlfDelay: Infinity });
  const write = (message) => socket.write(`${JSON.stringify(message)}\n`);

  return {
    /** What the controller says first: what is known of the cell. */
    hello: new Promise((resolve) => {
      lines.once('line', (line) => {
        lines.on('line', take);
        hold();
        resolve(JSON.parse(line).hello);
      });
    }),
    /** Says something that has no answer. */
    say: (message) => void write({ id: 0, ...message }),
    /** Asks for something, and gives the answer. Rejects with {@link GuestError}. */
    ask: (message) =>
      new Promise((resolve, reject) => {
        const id = nextId;
        nextId += 1;
        pending.set(id, { resolve, reject, asked: new Error('asked') });
        hold();
        write({ id, ...message });
      }),
  };
}
