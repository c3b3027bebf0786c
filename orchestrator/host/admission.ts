import prettyBytes from 'pretty-bytes';
import { InfraError } from '../model/errors.ts';

/** What a guest takes of its host, or a host has to give. */
export interface Capacity {
  readonly memoryBytes: number;
  readonly cores: number;
}

interface Waiter {
  readonly request: Capacity;
  readonly admit: () => void;
  readonly refuse: (error: Error) => void;
}

/** Room that was lent: calling it gives it back, and calling it again does nothing. */
export interface Grant {
  (): void;
  /** Keeps the memory for good and gives the cores back: whoever waits for more than is left then hears so. */
  keepMemory(): void;
}

/**
 * Lets guests start as memory and cores become free, first come, first served. A large guest at the head holds back
 * smaller ones behind it, so that it gets its turn.
 */
export class Admission {
  #capacity: Capacity;
  readonly #waiting: Waiter[] = [];
  #free: Capacity;

  constructor(capacity: Capacity) {
    this.#capacity = capacity;
    this.#free = capacity;
  }

  /**
   * Resolves, once there is room, with the function that gives it back.
   * More cores than the host has means all of them: QEMU may overcommit cores, never memory.
   * @throws InfraError `no-memory` when the host could never hold it; the signal's reason when aborted while waiting.
   */
  async acquire({ memoryBytes, cores }: Capacity, signal?: AbortSignal): Promise<Grant> {
    signal?.throwIfAborted();
    if (memoryBytes > this.#capacity.memoryBytes) throw tooLarge(memoryBytes, this.#capacity.memoryBytes);
    const request = { memoryBytes, cores: Math.min(cores, this.#capacity.cores) };
    await this.#turn(request, signal);
    let held = true;
    const giveBack = (part: Capacity): void => {
      if (!held) return;
      held = false;
      this.#add(part, 1);
      this.#admitWaiting();
    };
    return Object.assign(() => giveBack(request), {
      keepMemory: () => {
        this.#capacity = { ...this.#capacity, memoryBytes: this.#capacity.memoryBytes - memoryBytes };
        giveBack({ memoryBytes: 0, cores: request.cores });
        for (const waiter of this.#waiting.filter((one) => one.request.memoryBytes > this.#capacity.memoryBytes))
          waiter.refuse(tooLarge(waiter.request.memoryBytes, this.#capacity.memoryBytes));
      },
    });
  }

  #turn(request: Capacity, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = (): void =>
        waiter.refuse(
          signal?.reason instanceof Error ? signal.reason : new Error('aborted', { cause: signal?.reason }),
        );
      const waiter: Waiter = {
        request,
        admit: () => {
          signal?.removeEventListener('abort', leave);
          resolve();
        },
        refuse: (error) => {
          signal?.removeEventListener('abort', leave);
          this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
          // The one that left may have been all that held the others back.
          this.#admitWaiting();
          reject(error);
        },
      };
      signal?.addEventListener('abort', leave, { once: true });
      this.#waiting.push(waiter);
      this.#admitWaiting();
    });
  }

  #admitWaiting(): void {
    for (let [first] = this.#waiting; first && this.#fits(first.request); [first] = this.#waiting) {
      this.#waiting.shift();
      this.#add(first.request, -1);
      first.admit();
    }
  }

  #fits({ memoryBytes, cores }: Capacity): boolean {
    return memoryBytes <= this.#free.memoryBytes && cores <= this.#free.cores;
  }

  #add({ memoryBytes, cores }: Capacity, sign: 1 | -1): void {
    this.#free = { memoryBytes: this.#free.memoryBytes + sign * memoryBytes, cores: this.#free.cores + sign * cores };
  }
}

function tooLarge(wantedBytes: number, capacityBytes: number): InfraError {
  const [wanted, capacity] = [wantedBytes, capacityBytes].map((bytes) => prettyBytes(bytes, { binary: true }));
  return new InfraError(`a guest needs ${wanted} of memory and this host can give ${capacity}`, {
    code: 'no-memory',
    remedy: "lower the matrix's guest memory or the sizes of its e820 devices, or run on a larger host",
  });
}
