import type { FlushFault, FlushWatch, HostFlush } from '../../orchestrator/model/host-faults.ts';
import { InfraError } from '../../orchestrator/model/errors.ts';
import type { FlushLog } from './flush-log.ts';
import { type AfterFreeze, type Injection, traceFlushes, type WatchedFiles } from './trace-flushes.ts';

/** A watch, and how the end of its QEMU ends it. */
export interface EndableWatch extends FlushWatch {
  /** The rig kills QEMU: traces it to its end. Never rejects. */
  endWithQemu(): Promise<void>;
}

const STOP = 'signal=SIGSTOP';

/** Attaches to a running QEMU. Rejects with InfraError. */
export async function watchFlushes(pid: number, files: WatchedFiles, fault: FlushFault): Promise<EndableWatch> {
  const plan = planFault(fault);
  const traced = await traceFlushes({ pid, files, ...plan });
  const check = (): void => {
    // Also where it was frozen in time: QEMU runs several flushes at once if its guest asks for them.
    if (fault.nth === undefined) return;
    const failed = traced.log.flushes().flatMap(({ injected }, index) => (injected ? [index + 1] : []));
    if (failed.some((number) => number !== fault.nth) || failed.length > 1)
      throw inexact(`of the host's flushes ${failed.join(', ')} failed, not ${fault.nth}`);
  };
  let detaching: Promise<readonly HostFlush[]> | undefined;
  const end = async (isEnding: boolean): Promise<readonly HostFlush[]> => {
    await traced.end(isEnding);
    check();
    return traced.log.flushes();
  };
  const detach = (isEnding = false): Promise<readonly HostFlush[]> => {
    detaching ??= end(isEnding);
    detaching.catch(() => undefined);
    return detaching;
  };
  return {
    flushes: async () => {
      if (detaching) return detaching;
      await traced.settle();
      check();
      return traced.log.flushes();
    },
    detach: () => detach(),
    endWithQemu: async () => void (await detach(true).catch(() => undefined)),
    // Who has not asked what was seen does not need to know that it is incomplete.
    [Symbol.asyncDispose]: async () => void (await detach().catch(() => undefined)),
  };
}

/**
 * The Nth is met by stopping QEMU at each flush before it, when the guest has not heard of its end yet. strace itself
 * counts by thread, and QEMU has a pool of them.
 */
function planFault({ error, nth, delayMs }: FlushFault): {
  readonly injection: Injection;
  readonly onFrozen?: (log: FlushLog) => Promise<AfterFreeze>;
} {
  const delay = delayMs === undefined ? [] : [`delay_enter=${Math.round(delayMs * 1000)}us`];
  const failure = error === undefined ? [] : [`error=${error}`];
  const words = [...failure, ...delay].join(':');
  if (nth === undefined) return { injection: words === '' ? {} : { words } };
  const fails: Injection = { words: `error=${error}:${STOP}`, stops: true };
  let step: 'before' | 'armed' | 'done' = nth === 1 ? 'armed' : 'before';
  return {
    injection: nth === 1 ? fails : { words: STOP, stops: true },
    onFrozen: async ({ begun, injected }) => {
      if (step === 'before' && begun > nth - 1)
        throw inexact(`${begun} flushes of the host had begun before flush ${nth} could fail`);
      if (step === 'before' && begun === nth - 1) {
        step = 'armed';
        return { injection: fails };
      }
      if (step === 'armed' && injected > 0) {
        step = 'done';
        return { injection: {} };
      }
      return 'thaw';
    },
  };
}

function inexact(what: string): InfraError {
  return new InfraError(`${what}: the guest had several under way at once`, { code: 'flush-faults' });
}
