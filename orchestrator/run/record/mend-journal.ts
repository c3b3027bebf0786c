import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { JOURNAL_FILE } from './journal-writer.ts';

const NEWLINE = 0x0a;
const CHUNK_BYTES = 2 ** 16;

/**
 * Ends a journal's last line so that more can be appended. A line that a kill tore is cut off; one that only lacks its
 * newline gets it.
 */
export async function mendJournal(runDir: string): Promise<void> {
  await using file = await open(join(runDir, JOURNAL_FILE), 'r+');
  const { size } = await file.stat();
  const wholeBytes = await findLastLine(file, size);
  if (wholeBytes === size) return;
  const rest = Buffer.alloc(size - wholeBytes);
  await file.read(rest, 0, rest.length, wholeBytes);
  if (isJson(rest.toString('utf8'))) await file.write('\n', size);
  else await file.truncate(wholeBytes);
}

/** Where the text after the last newline begins. */
async function findLastLine(file: Awaited<ReturnType<typeof open>>, size: number): Promise<number> {
  for (let end = size; end > 0;) {
    const chunk = Buffer.alloc(Math.min(CHUNK_BYTES, end));
    await file.read(chunk, 0, chunk.length, end - chunk.length);
    const found = chunk.lastIndexOf(NEWLINE);
    if (found !== -1) return end - chunk.length + found + 1;
    end -= chunk.length;
  }
  return 0;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
