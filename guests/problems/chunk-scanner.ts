import { TRIGGER } from './rules.ts';

/** Beyond it the rest of a line is dropped, so that one without an end takes no memory. */
const MAX_LINE_BYTES = 16 * 1024;
/** A line with a time stamp other than zero's: the console tells times, and the kernel is past its first banner. */
const STAMPED = /^(?:<\d+>)?\[ *(?:[1-9]\d*\.\d+|0+\.\d*[1-9]\d*)\]/m;
// oxlint-disable-next-line no-control-regex -- all that is not ASCII
const NOT_ASCII = /[^\u0000-\u007f]/;

export interface ChunkScannerOptions {
  /** Every line counts: a report is open. Else only those with a trigger word do. */
  readonly isCareful: () => boolean;
  /** @param stamped whether an earlier line had a time stamp other than zero's */
  readonly onLine: (line: string, stamped: boolean) => void;
}

export interface ChunkScanner {
  push(chunk: Uint8Array): void;
  /** Hands out what stands after the last line feed. */
  end(): void;
}

/**
 * Cuts a console into lines, and passes over those that no rule can concern: of an ordinary console that is nearly all,
 * so bytes are read as Latin-1, which costs nothing, and only lines that are handed out become UTF-8.
 */
export function createChunkScanner({ isCareful, onLine }: ChunkScannerOptions): ChunkScanner {
  let pending = '';
  let stamped = false;

  const handOut = (line: string, isStamped: boolean) => {
    const bounded = line.length > MAX_LINE_BYTES ? line.slice(0, MAX_LINE_BYTES) : line;
    onLine(NOT_ASCII.test(bounded) ? Buffer.from(bounded, 'latin1').toString('utf8') : bounded, isStamped);
  };
  /** @param text whole lines, the last one's line feed included */
  const scan = (text: string) => {
    const firstStamp = stamped ? -1 : text.search(STAMPED);
    const isStampedBefore = (at: number) => stamped || (firstStamp !== -1 && firstStamp < at);
    let at = 0;
    while (at < text.length) {
      if (!isCareful()) {
        TRIGGER.lastIndex = at;
        const trigger = TRIGGER.exec(text);
        if (trigger === null) break;
        at = text.lastIndexOf('\n', trigger.index) + 1;
      }
      const end = text.indexOf('\n', at);
      handOut(text.slice(at, end), isStampedBefore(at));
      at = end + 1;
    }
    stamped ||= firstStamp !== -1;
  };
  return {
    push(chunk) {
      const text = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString('latin1');
      const end = text.lastIndexOf('\n') + 1;
      if (end === 0) {
        pending = (pending + text).slice(0, MAX_LINE_BYTES);
        return;
      }
      scan(pending + text.slice(0, end));
      pending = text.slice(end, end + MAX_LINE_BYTES);
    },
    end() {
      if (pending !== '') scan(`${pending}\n`);
      pending = '';
    },
  };
}
