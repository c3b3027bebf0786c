import type { HostFlush } from '../../orchestrator/model/host-faults.ts';
import { parseTraceLine, type TraceLine } from './parse-strace.ts';

interface Begun {
  readonly device: number;
  readonly beganAtMs: number;
  readonly endedAtMs?: number;
  readonly result?: string;
  readonly injected: boolean;
}

/** The flushes that strace has written of. */
export interface FlushLog {
  /** Takes a line and gives what it says. Throws on one that cannot be read, or that does not fit the lines before. */
  push(line: string): TraceLine;
  /** So many have begun. */
  readonly begun: number;
  /** So many have been made to fail or wait. */
  readonly injected: number;
  /** What is under way has no end that can be seen any more. */
  cut(): void;
  /** Those that have ended, in order of their begin. */
  flushes(): readonly HostFlush[];
}

/** `deviceOf`: the device that a path is behind; undefined for a file that nobody asked of. */
export function createFlushLog(deviceOf: (path: string) => number | undefined): FlushLog {
  const flushes: Begun[] = [];
  /** Index of what a thread has under way. */
  const underWay = new Map<number, number>();

  const begin = (thread: number, path: string, beganAtMs: number): number => {
    const device = deviceOf(path);
    if (device === undefined) throw new Error(`strace reports a flush of ${path}, which it was not asked for`);
    if (underWay.has(thread)) throw new Error(`thread ${thread} begins a flush in the midst of another`);
    return flushes.push({ device, beganAtMs, injected: false }) - 1;
  };
  const end = (index: number, change: Omit<Partial<Begun>, 'endedAtMs'> & { readonly durationMs: number }): void => {
    const { durationMs, ...others } = change;
    const flush = flushes[index];
    if (flush) flushes[index] = { ...flush, ...others, endedAtMs: flush.beganAtMs + durationMs };
  };
  const cutOff = (thread: number): void => {
    const index = underWay.get(thread);
    const flush = index === undefined ? undefined : flushes[index];
    underWay.delete(thread);
    if (index !== undefined && flush) end(index, { result: 'unseen', durationMs: Date.now() - flush.beganAtMs });
  };
  const take = (line: TraceLine): void => {
    switch (line.what) {
      case 'whole': {
        const index = begin(line.thread, line.path, line.atMs);
        end(index, line.end);
        return;
      }
      case 'begin':
        underWay.set(line.thread, begin(line.thread, line.path, line.atMs));
        return;
      case 'end': {
        const index = underWay.get(line.thread);
        if (index === undefined) throw new Error(`a flush of thread ${line.thread} ends that has not begun`);
        underWay.delete(line.thread);
        end(index, line.end);
        return;
      }
      case 'cut':
      case 'exit':
        cutOff(line.thread);
        return;
      case 'stopped':
      case 'other':
        return;
      default:
        line satisfies never;
    }
  };
  return {
    push: (text) => {
      const line = parseTraceLine(text);
      take(line);
      return line;
    },
    get begun() {
      return flushes.length;
    },
    get injected() {
      return flushes.filter(({ injected }) => injected).length;
    },
    cut: () => [...underWay.keys()].forEach(cutOff),
    flushes: () =>
      flushes.flatMap(({ result, endedAtMs, ...flush }) =>
        result === undefined || endedAtMs === undefined ? [] : [{ ...flush, result, endedAtMs }],
      ),
  };
}
