import type { GuestBudget } from '../queue/guest-budget.ts';

/**
 * Boots that a cell has over, beside its retries, for the host's faults (a damaged cache, a QEMU that dies): under TCG
 * one in some hundred was seen to end by SIGSEGV as its guest booted.
 */
const HOST_RETRIES = 2;

/** Whom a boot failed by: the kernel or its devices, or the host, whose QEMU died or whose cache was damaged. */
export type BootFailure = 'kernel' | 'host';

/** How often a cell tries to boot a guest again. */
export class BootRetries {
  readonly #retries: number;
  readonly #budget: Pick<GuestBudget, 'left'>;
  #failures = 0;
  #hostFailures = 0;

  /** @param retries those of the run, see `--retries` */
  constructor(retries: number, budget: Pick<GuestBudget, 'left'>) {
    this.#retries = retries;
    this.#budget = budget;
  }

  /** A guest may still be booted. */
  get left(): boolean {
    return this.#failures <= this.#retries;
  }

  /** Whether another guest is booted if the next one fails so. */
  follow(failure: BootFailure): boolean {
    if (!this.#budget.left) return false;
    return this.#failures < this.#retries || (failure === 'host' && this.#hostFailures < HOST_RETRIES);
  }

  count(failure: BootFailure): void {
    if (failure === 'host' && this.#hostFailures < HOST_RETRIES) this.#hostFailures += 1;
    else this.#failures += 1;
  }
}
