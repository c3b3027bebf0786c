import { ConsoleChunk } from './console-chunk.ts';
import { WORD_FINDER } from './rules.ts';
import { PlainLine } from './plain-line.ts';
import { findRun, type PlainRun } from './plain-run.ts';

/** A longer line is cut into pieces, so that one without an end takes no memory. */
const MAX_LINE_BYTES = 16 * 1024;
/**
 * The kernel prints no line as long as this (LOG_LINE_MAX is 1 KiB): a cut so near before a stamp would tear its line.
 */
const KERNEL_LINE_BYTES = 2048;
const LINE_FEED = 10;
const NO_WORDS: readonly number[] = [];
/**
 * A line with a time stamp other than zero's: the console has times, and the kernel is past its first banner. The
 * kernel gives microseconds, boot loaders milliseconds.
 */
const STAMPED = /^(?:<\d+>)?\[ *(?!0+\.0+\])\d+\.\d{6}\]/;
/** The longest that it fits. */
const STAMP_BYTES = 40;
const FIRST_OF_STAMP = new Set(Buffer.from('<['));

export interface ChunkScannerOptions {
  /** Every line counts: a report is open. Else only those with a trigger word do. */
  readonly isCareful: () => boolean;
  /** Says whether the line was a frame or a filler that more of the kind may follow. */
  readonly onLine: (line: ScannedLine) => boolean;
  /** More of them, of the same caller. Says whether it took them; else they come line by line. */
  readonly onRun: (run: PlainRun) => boolean;
  /** The bytes that lines were read from are about to be used for something else. */
  readonly onScanned: () => void;
}

export interface ScannedLine {
  /** A plain line, or what stands between two line feeds. */
  readonly line: PlainLine | string;
  /** An earlier line had a time stamp other than zero's. */
  readonly stamped: boolean;
  /** Which words that may begin something it has, by their places in {@link WORD_FINDER}'s list. */
  readonly words: readonly number[];
}

export interface ChunkScanner {
  push(chunk: Uint8Array): void;
  /** Hands out what stands after the last line feed. */
  end(): void;
}

/**
 * Cuts a console into lines, and passes over those that no rule can concern. In an ordinary console that is nearly all.
 * So they are searched as bytes, and only lines that are handed out become text.
 */
export function createChunkScanner({ isCareful, onLine, onRun, onScanned }: ChunkScannerOptions): ChunkScanner {
  /** The beginning of a line whose end is still to come. */
  const pending = Buffer.alloc(MAX_LINE_BYTES);
  let pendingBytes = 0;
  /** Whether the console has time stamps. */
  let stamped = false;
  const plain = new PlainLine();

  /** @param bytes whole lines, the last one's line feed included or missing */
  const scan = (bytes: Buffer) => {
    const chunk = new ConsoleChunk(bytes);
    const firstStamp = stamped ? -1 : findStamp(bytes);
    let at = 0;
    while (at < bytes.length) {
      if (!isCareful()) {
        const trigger = WORD_FINDER.find(bytes, at, bytes.length);
        if (trigger === -1) break;
        at = Math.max(at, bytes.lastIndexOf(LINE_FEED, trigger) + 1);
      }
      const isStampedHere = stamped || (firstStamp !== -1 && firstStamp < at);
      if (plain.read(chunk, at, bytes.length)) {
        at = plain.next;
        if (
          !onLine({
            line: plain,
            stamped: isStampedHere,
            words: plain.mayBegin ? WORD_FINDER.list(bytes, plain.textFrom, plain.end) : NO_WORDS,
          })
        )
          continue;
        const run = findRun(chunk, at, plain);
        if (run !== undefined && onRun(run)) at = run.next;
        continue;
      }
      const feed = bytes.indexOf(LINE_FEED, at);
      const end = feed === -1 ? bytes.length : feed;
      const bound = end - at > MAX_LINE_BYTES ? at + findCut(bytes.subarray(at, at + MAX_LINE_BYTES)) : end;
      onLine({
        line: bytes.toString('utf8', at, bound),
        stamped: isStampedHere,
        words: WORD_FINDER.list(bytes, at, bound),
      });
      at = bound === end ? end + 1 : bound;
      if (bound !== end) stamped ||= isStamp(bytes, bound);
    }
    stamped ||= firstStamp !== -1;
    onScanned();
  };
  /** Keeps a part of a line whose end is still to come. */
  const keep = (bytes: Buffer) => {
    let rest = bytes;
    while (pendingBytes + rest.length > MAX_LINE_BYTES) {
      const taken = rest.copy(pending, pendingBytes, 0, MAX_LINE_BYTES - pendingBytes);
      rest = rest.subarray(taken);
      const cut = findCut(pending);
      scan(pending.subarray(0, cut));
      pending.copyWithin(0, cut);
      pendingBytes = MAX_LINE_BYTES - cut;
    }
    pendingBytes += rest.copy(pending, pendingBytes);
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

/** A stamp, or as much of one as there is. */
const STAMP_TO_CUT_AT = /(?:<\d+>)?\[ *\d+\.\d{6}\]|(?:<\d+>)?\[ *\d*(?:\.\d*)?$|<\d*$/g;

/**
 * How many bytes of the first of an overlong line make a piece. It ends at the last stamp, if the kernel's line behind
 * that may go on.
 */
function findCut(bytes: Buffer): number {
  const tail = bytes.length - KERNEL_LINE_BYTES;
  const stamp = [...bytes.toString('latin1', tail).matchAll(STAMP_TO_CUT_AT)].at(-1);
  return stamp === undefined ? bytes.length : tail + stamp.index;
}

function isStamp(bytes: Buffer, at: number): boolean {
  return FIRST_OF_STAMP.has(bytes[at] ?? 0) && STAMPED.test(bytes.toString('latin1', at, at + STAMP_BYTES));
}

/** Where the first line with a time begins, -1 if there is none. */
function findStamp(bytes: Buffer): number {
  for (let at = 0; at < bytes.length;) {
    if (isStamp(bytes, at)) return at;
    const feed = bytes.indexOf(LINE_FEED, at);
    if (feed === -1) break;
    at = feed + 1;
  }
  return -1;
}
