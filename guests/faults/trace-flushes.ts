import { realpath } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { InfraError } from '../../orchestrator/model/errors.ts';
import { present } from '../../orchestrator/model/present.ts';
import { createDeferred, type Deferred, settlesWithin, withDeadline } from '../deferred.ts';
import { readStat } from '../silence/read-cpus.ts';
import { createFlushLog, type FlushLog } from './flush-log.ts';
import { attachTracer, listThreads, type Tracer } from './tracer.ts';

/** What strace is to do to each flush, in its words; `stops` freezes QEMU once that is done. */
export interface Injection {
  readonly words?: string;
  /** Every thread of QEMU stops before the guest learns of the flush, and `onFrozen` decides. */
  readonly stops?: boolean;
}

/** Files that are watched, each with the device that it is behind. */
export type WatchedFiles = ReadonlyMap<string, number>;

/**
 * What follows when QEMU stands still: it runs on, or stays so, or is traced anew and stands still until that has seen
 * it stand.
 */
export type AfterFreeze = 'thaw' | 'stay' | { readonly injection: Injection; readonly files?: WatchedFiles };

/** Flushes of a running QEMU, as strace sees them. */
export interface TracedFlushes {
  readonly log: FlushLog;
  /** Stops all threads; `onFrozen` is called then. False if QEMU is gone. */
  freeze(): boolean;
  /** Fulfils once everything that QEMU has flushed so far is in the log. Rejects with what went wrong. */
  settle(): Promise<void>;
  /**
   * Lets go of QEMU, which runs on. Rejects with what went wrong meanwhile. `isEnding`: QEMU is being killed, and is to
   * be traced to its end.
   */
  end(isEnding?: boolean): Promise<void>;
}

const SETTLE_MS = 10_000;
const THAW_LOOKS = 20;
const THAW_LOOK_MS = 10;

/** Attaches. Rejects with InfraError, and leaves nothing attached then. */
export async function traceFlushes(options: {
  readonly pid: number;
  readonly files: WatchedFiles;
  readonly injection: Injection;
  /** Called while QEMU stands still. What it throws ends the trace. */
  readonly onFrozen?: (log: FlushLog) => Promise<AfterFreeze>;
}): Promise<TracedFlushes> {
  const { pid, onFrozen = async () => 'thaw' as const } = options;
  let { files, injection } = options;
  let places = await findPlaces(files);
  const log = createFlushLog((path) => places.get(path));
  /** Threads that this tracer has seen to stop since they last ran. */
  let stopped = new Set<number>();
  let tracer: Tracer | undefined;
  let failure: Error | undefined;
  let lettingGo: Promise<void> | undefined;
  let handling: Promise<void> | undefined;
  let looking = false;
  let lookAgain = false;
  let settling: Promise<unknown> = Promise.resolve();
  let awaited: Deferred<void> | undefined;

  const fail = (error: unknown): void => {
    failure ??= new InfraError(
      `the flushes of QEMU are no longer known: ${error instanceof Error ? error.message : String(error)}`,
      { code: 'flush-faults', cause: error },
    );
    awaited?.resolve();
    void letGo();
  };
  const release = async (): Promise<void> => {
    await tracer?.detach();
    await thawForGood(pid);
  };
  const letGo = (): Promise<void> => (lettingGo ??= release());
  const attach = async (): Promise<void> => {
    stopped = new Set();
    const paths = [...places.keys()];
    tracer = await attachTracer({ pid, paths, ...present({ inject: injection.words }), onLine: take });
    void listenForEnd(tracer);
  };
  const listenForEnd = async ({ ended }: Tracer): Promise<void> => {
    const end = await ended;
    if (end.how === 'died') fail(new Error(end.why));
    awaited?.resolve();
  };
  const take = (line: string): void => {
    try {
      const { what, ...rest } = log.push(line);
      if (what === 'stopped' && 'thread' in rest) stopped.add(rest.thread);
      if (what === 'stopped' || what === 'exit') void look();
      if (line.includes(' --- SIGCONT ')) awaited?.resolve();
    } catch (error) {
      fail(error);
    }
  };
  const look = async (): Promise<void> => {
    lookAgain = true;
    if (looking) return;
    looking = true;
    while (lookAgain) {
      lookAgain = false;
      if (lettingGo || handling) break;
      // Those seen to stop before the list is read can have made no thread since.
      const seen = new Set(stopped);
      const threads = await listThreads(pid);
      if (threads.length === 0 || seen.size === 0 || !threads.every((thread) => seen.has(thread))) continue;
      handling = handle().finally(() => (handling = undefined));
      await handling;
    }
    looking = false;
  };
  const handle = async (): Promise<void> => {
    try {
      const next = await onFrozen(log);
      if (lettingGo || next === 'stay') return;
      if (next === 'thaw') {
        stopped = new Set();
        signal(pid, 'SIGCONT');
        return;
      }
      ({ injection } = next);
      files = next.files ?? files;
      places = await findPlaces(files);
      await tracer?.detach();
      await attach();
    } catch (error) {
      fail(error);
    }
  };
  const barrier = async (): Promise<void> => {
    await handling;
    // A QEMU that is stopped at each flush has waited for this process to hear of it.
    if (lettingGo || injection.stops === true) return;
    awaited = createDeferred<void>();
    if (!signal(pid, 'SIGCONT')) awaited = undefined;
    if (awaited === undefined) return;
    await withDeadline(
      awaited.promise,
      SETTLE_MS,
      () => new InfraError(`strace has not answered within ${SETTLE_MS / 1000} s`, { code: 'flush-faults' }),
    );
    awaited = undefined;
  };

  await attach();
  return {
    log,
    freeze: () => signal(pid, 'SIGSTOP'),
    settle: async () => {
      const mine = settling.then(barrier, barrier);
      settling = mine.catch(() => undefined);
      await mine;
      if (failure) throw failure;
    },
    end: async (isEnding = false) => {
      await handling;
      if (isEnding && tracer) await settlesWithin(tracer.ended, SETTLE_MS);
      await letGo();
      log.cut();
      if (failure) throw failure;
    },
  };
}

/** strace compares what the kernel calls an open file. */
async function findPlaces(files: WatchedFiles): Promise<ReadonlyMap<string, number>> {
  return new Map(await Promise.all([...files].map(async ([path, device]) => [await realpath(path), device] as const)));
}

/** A stop that was on its way may come after a first SIGCONT. */
async function thawForGood(pid: number): Promise<void> {
  for (let look = 0; look < THAW_LOOKS; look += 1) {
    if (!signal(pid, 'SIGCONT')) return;
    await sleep(THAW_LOOK_MS);
    if ((await readStat(`/proc/${pid}/stat`))?.state !== 'T') return;
  }
}

/** False if the process is gone. */
function signal(pid: number, name: 'SIGCONT' | 'SIGSTOP'): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}
