import { open, stat } from 'node:fs/promises';
import type { CellRecord } from './attempt-environment.ts';
import { messageOf } from '../../model/message-of.ts';

/** For one attempt. A kernel that prints in a loop fills megabytes, and how it came to its end stands last. */
const MAX_BYTES = 2 ** 20;

/** Bytes that the console log holds so far; 0 while there is no log. */
export async function consoleSize(consoleFile: string): Promise<number> {
  return stat(consoleFile).then(
    ({ size }) => size,
    () => 0,
  );
}

/**
 * Keeps what the console showed during one attempt as `cells/<cell>/console/<test>.<attempt>.log`, and gives its path
 * in the run folder.
 * @param from the log's size before the attempt was marked, in bytes
 * @param label of the mark: what stands before it is not the attempt's
 */
export async function keepConsole(
  { artifacts, log }: Pick<CellRecord, 'artifacts' | 'log'>,
  { test, attempt }: { readonly test: string; readonly attempt: number },
  { consoleFile, from, label }: { readonly consoleFile: string; readonly from: number; readonly label: string },
): Promise<string | undefined> {
  try {
    const text = await readFrom(consoleFile, from);
    if (text === '') return undefined;
    return await artifacts.put(`console/${test.replaceAll('/', '-')}.${attempt}.log`, afterLabel(text, label));
  } catch (error) {
    // The guest's whole console is there all the same.
    log(`the console of ${test} could not be kept as a file: ${messageOf(error)}`);
    return undefined;
  }
}

/** From the line with the label on; all of it where the label was cut off. */
function afterLabel(text: string, label: string): string {
  const at = text.indexOf(label);
  return at === -1 ? text : text.slice(text.lastIndexOf('\n', at) + 1);
}

async function readFrom(path: string, from: number): Promise<string> {
  const size = await consoleSize(path);
  const start = Math.max(from, size - MAX_BYTES);
  const buffer = Buffer.alloc(Math.max(0, size - start));
  const file = await open(path);
  try {
    const { bytesRead } = await file.read(buffer, 0, buffer.length, start);
    const text = buffer.toString('utf8', 0, bytesRead);
    return start === from
      ? text
      : `pmemrig: the last ${buffer.length} of ${size - from} bytes; all of them are in the guest's console.log\n` +
          text;
  } finally {
    await file.close();
  }
}
