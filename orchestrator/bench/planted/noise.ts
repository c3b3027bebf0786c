import { type ChildProcess, spawn } from 'node:child_process';
import { plural } from '../../../reports/text/format.ts';

/** A load is on, and off, for a time between these, each time another. */
const [LEAST_MS, MOST_MS] = [500, 4000];

export function describeNoise(loads: number): string {
  return loads === 0
    ? 'no load of ours'
    : `${plural(loads, 'busy loop')} on the host, ` +
        `each on and off for ${LEAST_MS / 1000} to ${MOST_MS / 1000} s at random`;
}

/** Busy loops that come and go beside the measurement, until it leaves scope. */
export class Noise implements Disposable {
  readonly #loads: ChildProcess[];
  readonly #timers = new Map<ChildProcess, NodeJS.Timeout>();

  /** @param loads how many of them */
  constructor(loads: number) {
    // They end with this process, however it ends: a stopped process is killed, too.
    this.#loads = Array.from({ length: loads }, () =>
      spawn('setpriv', ['--pdeathsig', 'KILL', '--', 'sh', '-c', 'while :; do :; done'], { stdio: 'ignore' }),
    );
    for (const load of this.#loads) this.#turn(load, true);
  }

  #turn(load: ChildProcess, on: boolean): void {
    load.kill(on ? 'SIGCONT' : 'SIGSTOP');
    this.#timers.set(
      load,
      setTimeout(() => this.#turn(load, !on), LEAST_MS + Math.random() * (MOST_MS - LEAST_MS)),
    );
  }

  [Symbol.dispose](): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    for (const load of this.#loads) load.kill('SIGKILL');
  }
}
