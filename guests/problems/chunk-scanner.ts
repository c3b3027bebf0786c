import { WORD_FINDER } from './rules.ts';

/** Beyond it the rest of a line is dropped, so that one without an end takes no memory. */
const MAX_LINE_BYTES = 16 * 1024;
const LINE_FEED = 10;
/**
 * A line with a time stamp other than zero's: the console tells times, and the kernel is past its first banner. The kernel gives
 * microseconds, boot loaders milliseconds.
 */
const STAMPED = /^(?:<\d+>)?\[ *(?!0+\.0+\])\d+\.\d{6}\]/;
/** The longest that it fits. */
const STAMP_BYTES = 40;
const FIRST_OF_STAMP = new Set(Buffer.from('<['));

export interface ChunkScannerOptions {
  /** Every line counts: a report is open. Else only those with a trigger word do. */
  readonly isCareful: () => boolean;
  readonly onLine: (line: ScannedLine) => void;
}

export interface ScannedLine {
  readonly raw: string;
  /** An earlier line had a time stamp other than zero's. */
  readonly stamped: boolean;
  /** It has a word that may begin something. */
  readonly triggered: boolean;
}

export interface ChunkScanner {
  push(chunk: Uint8Array): void;
  /** Hands out what stands after the last line feed. */
  end(): void;
}

/**
 * Cuts a console into lines, and passes over those that no rule can concern: of an ordinary console that is nearly all,
 * so they are searched as bytes, and only lines that are handed out become text.
 */
export function createChunkScanner({ isCareful, onLine }: ChunkScannerOptions): ChunkScanner {
  /** The beginning of a line whose end is still to come. */
  const pending = Buffer.alloc(MAX_LINE_BYTES);
  let pendingBytes = 0;
  /** Of the console. */
  let stamped = false;

  const keep = (bytes: Buffer) => {
    pendingBytes += bytes.copy(pending, pendingBytes);
  };
  /** @param bytes whole lines, the last one's line feed included or missing */
  const scan = (bytes: Buffer) => {
    const firstStamp = stamped ? -1 : findStamp(bytes);
    const isStampedBefore = (at: number) => stamped || (firstStamp !== -1 && firstStamp < at);
    let at = 0;
    while (at < bytes.length) {
      const careful = isCareful();
      if (!careful) {
        const trigger = WORD_FINDER.find(bytes, at, bytes.length);
        if (trigger === -1) break;
        at = bytes.lastIndexOf(LINE_FEED, trigger) + 1;
      }
      const feed = bytes.indexOf(LINE_FEED, at);
      const end = feed === -1 ? bytes.length : feed;
      const bound = Math.min(end, at + MAX_LINE_BYTES);
      onLine({ raw: bytes.toString('utf8', at, bound), stamped: isStampedBefore(at), triggered: !careful || WORD_FINDER.find(bytes, at, bound) !== -1 });
      at = end + 1;
    }
    stamped ||= firstStamp !== -1;
  };
  return {
    push(chunk) {
      let bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      if (pendingBytes > 0) {
        const feed = bytes.indexOf(LINE_FEED);
        keep(feed === -1 ? bytes : bytes.subarray(0, feed));
        if (feed === -1) return;
        scan(pending.subarray(0, pendingBytes));
        pendingBytes = 0;
        bytes = bytes.subarray(feed + 1);
      }
      const end = bytes.lastIndexOf(LINE_FEED) + 1;
      scan(bytes.subarray(0, end));
      keep(bytes.subarray(end));
    },
    end() {
      scan(pending.subarray(0, pendingBytes));
      pendingBytes = 0;
    },
  };
}

/** Where the first line with a time begins, -1 if there is none. */
function findStamp(bytes: Buffer): number {
  for (let at = 0; at < bytes.length; ) {
    if (FIRST_OF_STAMP.has(bytes[at] ?? 0) && STAMPED.test(bytes.toString('latin1', at, at + STAMP_BYTES))) return at;
    const feed = bytes.indexOf(LINE_FEED, at);
    if (feed === -1) break;
    at = feed + 1;
  }
  return -1;
}
