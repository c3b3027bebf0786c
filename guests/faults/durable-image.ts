import { rename, rm } from 'node:fs/promises';
import { InfraError } from '../../orchestrator/model/errors.ts';
import type { DurableImage } from '../../orchestrator/model/host-faults.ts';
import { createDeferred, type Deferred, withDeadline } from '../deferred.ts';
import { blameHost } from '../store/host-error.ts';
import { runTool } from '../store/run-tool.ts';
import type { FlushLog } from './flush-log.ts';
import { type AfterFreeze, type Injection, type TracedFlushes, traceFlushes } from './trace-flushes.ts';

/** The durable image of one device of a running QEMU. */
export interface KeptImage extends DurableImage {
  readonly device: number;
  /**
   * Stops QEMU for good, which is killed next: from now on the guest hears of no flush, and the image takes none.
   * Rejects with InfraError where the image has missed a flush.
   */
  close(): Promise<void>;
  /** Puts the image in the file's place; QEMU is gone. Rejects with InfraError. */
  install(): Promise<void>;
}

/**
 * QEMU's flush is given up for the rig's own: strace lets it return without asking the host, and stops QEMU before any
 * thread of it runs on. Nothing is written while the file is copied, and the guest hears of a flush only when its image
 * holds all that was written before.
 */
const FLUSH: Injection = { words: 'retval=0:signal=SIGSTOP', stops: true };
/** For QEMU to stand still, and its file to be copied. */
const COPY_MS = 120_000;

/** Begins with what is in the file now. Rejects with InfraError, and leaves nothing behind then. */
export async function keepImage(pid: number, device: number, path: string): Promise<KeptImage> {
  const image = `${path}.durable`;
  const first = createDeferred<void>();
  let isFirst = true;
  let isClosing = false;
  let isOver = false;
  let flushes = 0;
  const ready: { closed?: Deferred<void> } = {};

  const onFrozen = async (log: FlushLog): Promise<AfterFreeze> => {
    if (isClosing) {
      ready.closed?.resolve();
      return 'stay';
    }
    const begun = log.begun;
    if (isFirst || begun > flushes) {
      await copyFile(path, image).catch((error: unknown) => {
        first.reject(error instanceof Error ? error : new Error(String(error)));
        throw error;
      });
      flushes = begun;
    }
    isFirst = false;
    first.resolve();
    return 'thaw';
  };
  const traced: TracedFlushes = await traceFlushes({
    pid,
    files: new Map([[path, device]]),
    injection: FLUSH,
    onFrozen,
  });
  const end = async (isEnding: boolean): Promise<void> => {
    if (isOver) return;
    isOver = true;
    await traced.end(isEnding).catch(() => undefined);
    await removeImage(image);
  };
  try {
    if (!traced.freeze()) throw new InfraError('QEMU is gone', { code: 'flush-faults' });
    await withDeadline(first.promise, COPY_MS, () => late('was not copied'));
  } catch (error) {
    await end(false);
    throw error;
  }
  return {
    device,
    get flushes() {
      return flushes;
    },
    close: async () => {
      ready.closed = createDeferred();
      isClosing = true;
      // A copy that was under way ends with a thaw, which would undo the freeze.
      await traced.settle();
      if (traced.freeze()) await withDeadline(ready.closed.promise, COPY_MS, () => late('was not closed'));
      await traced.settle();
    },
    install: async () => {
      isOver = true;
      await traced.end(true);
      await rename(image, path).catch((error: unknown) => {
        throw blameHost(`the durable image cannot be put in the place of ${path}`, error);
      });
    },
    [Symbol.asyncDispose]: () => end(false),
  };
}

async function removeImage(image: string): Promise<void> {
  await Promise.all([image, `${image}.new`].map((path) => rm(path, { force: true }).catch(() => undefined)));
}

/** Shares the blocks where the file system can, and leaves the holes. */
async function copyFile(path: string, image: string): Promise<void> {
  await runTool(['cp', '--reflink=auto', '--sparse=auto', '--', path, `${image}.new`]);
  await rename(`${image}.new`, image).catch((error: unknown) => {
    throw blameHost(`the durable image ${image} cannot be written`, error);
  });
}

function late(what: string): InfraError {
  return new InfraError(`the durable image ${what} within ${COPY_MS / 1000} s`, { code: 'flush-faults' });
}
