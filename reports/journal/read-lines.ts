import { createReadStream } from 'node:fs';

const NEWLINE = 0x0a;

/**
 * The lines of a file, split at `\n` alone. They come in batches: to wait for each by itself takes as long as to read
 * it. Not `node:readline`: it also splits at U+2028 and
 * U+2029, which JSON leaves unescaped inside strings, so a guest's output could tear a line.
 * Rejects with the error of `open` or `read`.
 */
export async function* readLines(path: string): AsyncGenerator<readonly string[]> {
  let parts: Buffer[] = [];
  // Typed as Buffer | string for streams with an encoding; this one has no encoding.
  for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 18 }) as AsyncIterable<Buffer>) {
    const lines: string[] = [];
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      parts.push(chunk.subarray(start, end));
      lines.push(takeText(parts));
      parts = [];
      start = end + 1;
    }
    parts.push(chunk.subarray(start));
    yield lines;
  }
  const rest = takeText(parts);
  if (rest !== '') yield [rest];
}

function takeText(parts: readonly Buffer[]): string {
  const [only] = parts;
  return (parts.length === 1 && only !== undefined ? only : Buffer.concat(parts)).toString('utf8');
}
