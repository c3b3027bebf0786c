import { constants, createReadStream } from 'node:fs';
import { type FileHandle, open, readlink, stat } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { isatty } from 'node:tty';
import { UserError } from '../../orchestrator/model/errors.ts';

/** No matrix comes near it; a wrongly named disk image does. */
export const MAX_BYTES = 2 ** 20;
/** How long a pipe may say nothing. */
const SILENCE_MS = 10_000;
const POLL_MS = 50;

/** What pipes gave: a second reader would find them empty. */
const piped = new Map<string, Buffer>();

/**
 * The bytes of a file, or of a pipe such as `/dev/stdin` and a shell's `<(…)`; one more than `maxBytes` shows that
 * there are more. Rejects with UserError for a terminal and for a pipe without a writer, and with what the file system
 * rejects with.
 */
export async function readBounded(path: string, maxBytes: number, silenceMs = SILENCE_MS): Promise<Buffer> {
  const stats = await stat(path);
  if (!stats.isFIFO()) {
    if (stats.isCharacterDevice()) await refuseTerminal(path);
    // `end` is inclusive, and /dev/zero ends too.
    return buffer(createReadStream(path, { end: maxBytes }));
  }
  const known = piped.get(path);
  if (known) return known;
  // Without O_NONBLOCK the open itself waits for a writer, for ever and past any deadline.
  await using pipe = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const bytes = await drain(pipe, path, maxBytes, silenceMs);
  piped.set(path, bytes);
  return bytes;
}

async function drain(pipe: FileHandle, path: string, maxBytes: number, silenceMs: number): Promise<Buffer> {
  const isAnonymous = await hasNoName(pipe);
  const chunks: Buffer[] = [];
  let size = 0;
  let heardAt = performance.now();
  while (size <= maxBytes) {
    const chunk = Buffer.alloc(Math.min(2 ** 16, maxBytes + 1 - size));
    const bytesRead = await readOnce(pipe, chunk);
    if (bytesRead === 0 && (size > 0 || isAnonymous)) break;
    if (bytesRead === undefined || bytesRead === 0) {
      if (performance.now() - heardAt > silenceMs)
        throw new UserError(`nothing came out of this pipe for ${silenceMs / 1000} s`, {
          code: 'silent-pipe',
          remedy: 'name a matrix file, or a pipe into which a program writes one',
          position: { file: path },
        });
      await sleep(POLL_MS);
      continue;
    }
    heardAt = performance.now();
    chunks.push(chunk.subarray(0, bytesRead));
    size += bytesRead;
  }
  return Buffer.concat(chunks);
}

/** Whether it is a shell's pipe and no FIFO: once its writers are gone, none comes any more. */
async function hasNoName({ fd }: FileHandle): Promise<boolean> {
  return (await readlink(`/proc/self/fd/${fd}`)).startsWith('pipe:');
}

/** 0 where no writer has the pipe open, also none yet; undefined where one has, and has said nothing. */
async function readOnce(pipe: FileHandle, chunk: Buffer): Promise<number | undefined> {
  try {
    return (await pipe.read(chunk)).bytesRead;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') return undefined;
    throw error;
  }
}

async function refuseTerminal(path: string): Promise<void> {
  await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  if (isatty(file.fd))
    throw new UserError('a terminal, and no matrix', {
      code: 'not-a-file',
      remedy: 'name a matrix file, or `pmemrig … /dev/stdin < FILE`',
      position: { file: path },
    });
}
