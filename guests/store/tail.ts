/** The last bytes of a stream, within a bound. */
export interface Tail {
  push(chunk: Buffer): void;
  text(): string;
  /** Bytes at the beginning were dropped. */
  readonly truncated: boolean;
}

export function createTail(maxBytes: number): Tail {
  let chunks: Buffer[] = [];
  let kept = 0;
  let seen = 0;
  return {
    push(chunk) {
      chunks.push(chunk);
      kept += chunk.length;
      seen += chunk.length;
      // Joined rarely, so that many small chunks cost no more than a few large ones.
      if (kept > 2 * maxBytes) {
        chunks = [Buffer.from(Buffer.concat(chunks).subarray(kept - maxBytes))];
        kept = maxBytes;
      }
    },
    text: () =>
      Buffer.concat(chunks)
        .subarray(Math.max(0, kept - maxBytes))
        .toString('utf8'),
    get truncated() {
      return seen > maxBytes;
    },
  };
}
