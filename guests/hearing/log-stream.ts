import type { KernelProblem } from '../../orchestrator/model/problem.ts';
import { createDeferred, settlesWithin, type Deferred } from '../deferred.ts';
import { createProblemParser } from '../problems/problem-parser.ts';
import { createLineSplitter } from '../qemu/line-splitter.ts';
import type { SshConnection } from '../ssh/connection.ts';
import { composeCommandLine } from '../ssh/quote.ts';
import { keepProblems } from './kept-problems.ts';
import { parseRecord } from './kernel-log.ts';
import type { Marks } from './marks.ts';

/** The guest's own, not the image's. One read gives one record; its buffer is large enough for any. */
const READ_LOG = '/usr/lib/pmemrig/busybox cat /dev/kmsg';
/** The kernel ends a read with an error when it has thrown away what was to be read next. */
const REOPEN_MS = 200;
const MAX_OPENINGS = 20;

/**
 * Reads the kernel's log buffer over SSH, as a second ear beside the console. A program in the guest can silence the
 * console (`dmesg -n 1`), but not the buffer.
 */
export interface LogStream {
  /** Fulfils when this mark has come out of the buffer. Opens the stream, if it is not open. */
  sees(mark: string): Promise<void>;
  /** Reads on by another process: the one before may have been stopped. */
  renew(): void;
  /** The problems that the buffer has shown since the last call. */
  takeProblems(): KernelProblem[];
  /** Records so far: it grows while the stream lives. */
  readonly records: number;
  /** Records that the kernel had thrown away before they could be read, since the stream began. */
  readonly lost: number;
  /** See `KeptProblems.dropped`. */
  readonly dropped: number;
}

export function openLogStream(connection: Pick<SshConnection, 'openExec' | 'closed'>, marks: Marks): LogStream {
  const awaited = new Map<string, Deferred<void>>();
  const kept = keepProblems();
  let next: number | undefined;
  let lost = 0;
  let records = 0;
  /** The reader that counts; one that was given up has another number. */
  let reader = 0;
  let open = false;
  let openings = 0;

  const parser = createProblemParser((problem) => kept.add(problem), {
    readMark: (line) => {
      const text = marks.read(line);
      const seen = text === undefined ? undefined : awaited.get(text);
      if (text === undefined || seen === undefined) return undefined;
      awaited.delete(text);
      seen.resolve();
      return text;
    },
  });
  const takeLine = (line: string) => {
    const record = parseRecord(line);
    // A reader that begins anew gets again what it had.
    if (record === undefined || (next !== undefined && record.sequence < next)) return;
    // The first one that is read is not the kernel's first: its boot may have filled the buffer.
    if (next !== undefined) lost += record.sequence - next;
    next = record.sequence + 1;
    records += 1;
    parser.push(Buffer.from(`${record.text}\n`));
  };
  const read = async (): Promise<void> => {
    if (open || openings >= MAX_OPENINGS) return;
    open = true;
    openings += 1;
    reader += 1;
    const own = reader;
    const lines = createLineSplitter(takeLine);
    const ended = createDeferred<void>();
    await connection
      .openExec(composeCommandLine(READ_LOG), (channel) => {
        channel.on('data', (chunk: Buffer) => lines.push(chunk));
        channel.stderr.resume();
        channel.stdin.on('error', () => undefined);
        channel.once('close', () => ended.resolve());
      })
      // Whoever waits for a mark has a deadline; the watch notices a lost connection by itself.
      .catch(() => ended.resolve());
    await ended.promise;
    lines.end();
    if (own !== reader) return;
    open = false;
    if (!(await settlesWithin(connection.closed, REOPEN_MS))) await read();
  };
  return {
    sees(mark) {
      const seen = awaited.get(mark) ?? createDeferred<void>();
      awaited.set(mark, seen);
      openings = 0;
      void read();
      return seen.promise;
    },
    renew() {
      open = false;
      void read();
    },
    takeProblems() {
      parser.settle();
      return kept.take();
    },
    get records() {
      return records;
    },
    get lost() {
      return lost;
    },
    get dropped() {
      return kept.dropped;
    },
  };
}
