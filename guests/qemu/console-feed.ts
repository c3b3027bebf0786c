import type { GuestConsole } from './console.ts';

type Listener = Pick<GuestConsole, 'push' | 'end'>;

/** Hands a machine's console to whoever hears it at the moment. */
export interface ConsoleFeed {
  push(chunk: Uint8Array): void;
  /** Ends those who hear it. */
  end(): void;
  /** What comes from now on is for another listener. */
  turnTo(listener: Listener): void;
  /** From the line on by which a kernel begins its log, all is for another listener. */
  turnAtBoot(listener: Listener): void;
}

/** The first line of a kernel's log, whatever stands before it in the same line. */
const BANNER = /Linux version \d/;
const LINE_FEED = 10;
/** A line that goes on for longer is no banner. */
const MAX_LINE_BYTES = 2 ** 16;

export function createConsoleFeed(first: Listener): ConsoleFeed {
  let listener = first;
  let next: Listener | undefined;
  /** The line that has not ended yet, while a banner is waited for. */
  let held = Buffer.alloc(0);

  const release = (): void => {
    const bytes = held;
    held = Buffer.alloc(0);
    if (bytes.length > 0) listener.push(bytes);
  };
  const turn = (to: Listener): void => {
    next = undefined;
    listener.end();
    listener = to;
    release();
  };
  const lookForBanner = (to: Listener): void => {
    for (let end = held.indexOf(LINE_FEED); end !== -1; end = held.indexOf(LINE_FEED)) {
      const line = held.subarray(0, end + 1);
      if (BANNER.test(line.toString('latin1'))) return turn(to);
      listener.push(line);
      held = held.subarray(end + 1);
    }
    if (held.length > MAX_LINE_BYTES) release();
  };
  return {
    push: (chunk) => {
      if (next === undefined) return listener.push(chunk);
      held = Buffer.concat([held, chunk]);
      lookForBanner(next);
    },
    end: () => {
      release();
      listener.end();
      next?.end();
    },
    turnTo: (to) => {
      release();
      turn(to);
    },
    turnAtBoot: (to) => {
      next = to;
    },
  };
}
