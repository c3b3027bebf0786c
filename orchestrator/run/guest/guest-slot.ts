import type { RunningGuest } from '../../../guests/guest.ts';
import type { HeldGuest } from '../../../guests/machine/hold-guest.ts';
import type { GuestAccess } from '../../../guests/ssh/access.ts';
import type { Grant } from '../../host/admission.ts';
import type { Accelerator } from '../../model/accelerator.ts';
import type { Cell } from '../../model/cell.ts';
import type { GuestDeath } from '../../model/errors.ts';
import type { Controller } from '../../model/executor.ts';
import type { Guest } from '../../model/guest.ts';
import type { HostControl } from '../../model/host-control.ts';
import type { KnownProblem } from '../../model/known-problem.ts';
import type { PhaseTime } from '../../model/phase-time.ts';
import type { GuestObserver } from '../kernel/observe-guest.ts';
import { present } from '../../model/present.ts';

/** What a worker needs of a guest beyond the suites' view. */
export type SlotGuest = Guest &
  Pick<RunningGuest, 'bootMs' | 'death' | 'mark' | 'ask' | 'setUpPmem' | 'dispose'> &
  Partial<Pick<HeldGuest, 'isPaused' | 'pausedMs' | 'template'>>;

export interface BootedGuest {
  readonly guest: SlotGuest;
  /** The switches of its machine; absent for guests without switches. */
  readonly host?: HostControl;
  readonly accelerator: Accelerator;
  readonly observer: GuestObserver;
  /** When it began to boot, by `performance.now()`; absent for guests that boot from no files. */
  readonly startedMs?: number;
  /** The steps of its boot, from the first of its files on. */
  readonly bootPhases?: readonly PhaseTime[];
  /** Console log, relative to the run folder. */
  readonly console: string;
  /** The same, as a path of the host. */
  readonly consoleFile: string;
  /** Gives back the memory and cores that admission lent. */
  readonly release: Grant;
  /** How another process gets in; absent for those that are no real guests. */
  readonly access?: GuestAccess;
}

/** What a guest is, beyond what it boots from. */
export interface GuestToBoot {
  /** Counts from 1 within the run. */
  readonly id: number;
  /** Kernel problems that are known. */
  readonly known: readonly KnownProblem[];
}

/** Room on the host for one guest, and all that it boots from. */
export interface Reservation {
  /** Boots the guest, whose the room then is; to be called once. Rejects with GuestDeath, InfraError or UserError. */
  readonly boot: (guest: GuestToBoot, signal: AbortSignal) => Promise<BootedGuest>;
  /** Gives the room back unused. */
  readonly release: () => void;
}

/**
 * Waits for what a cell's guest boots from and for room on the host, so that neither counts as the guest's own time.
 * Rejects with InfraError or UserError.
 */
export type ReserveGuest = (cell: Cell, signal: AbortSignal) => Promise<Reservation>;

/** Room for a guest, or why there is none for good. */
type Reserved = { readonly room: Reservation } | { readonly room?: undefined; readonly refusal: unknown };

interface SlotOptions extends Pick<GuestToBoot, 'known'> {
  readonly reserve: ReserveGuest;
  readonly controller: Pick<Controller, 'emit' | 'nextGuest'>;
  readonly signal: AbortSignal;
}

/**
 * Holds at most one guest for a series of cells with the same boot key. Boots when asked and there is no guest, and
 * lets it go when it died or is no longer trusted. Leaving its scope disposes of the guest.
 */
export class GuestSlot implements AsyncDisposable {
  readonly #options: SlotOptions;
  readonly #signal: AbortSignal;
  #current: BootedGuest | undefined;
  #reserved: Reserved | undefined;
  #waitedMs = 0;

  constructor(options: SlotOptions) {
    this.#options = options;
    this.#signal = options.signal;
    // Whatever waits on the guest just then, be it mkfs or a test, ends with it.
    this.#signal.addEventListener('abort', this.#endGuest, { once: true });
  }

  readonly #endGuest = (): void => void this.#current?.guest.dispose();

  get current(): BootedGuest | undefined {
    return this.#current;
  }

  /** How long the last guest, or the one that is reserved, had to wait for its room. */
  get waitedMs(): number {
    return this.#waitedMs;
  }

  /**
   * Waits until a guest for the cell could boot at once, unless the slot holds one; false if `until` ended the wait.
   * What stands in the way for good (no memory, no kernel) is {@link GuestSlot.boot}'s to reject with. Rejects only
   * when the run is being stopped.
   */
  async reserve(cell: Cell, until?: AbortSignal): Promise<boolean> {
    if (this.#current || this.#reserved) return true;
    const signal = until ? AbortSignal.any([this.#signal, until]) : this.#signal;
    const since = performance.now();
    const reserved = await this.#options.reserve(cell, signal).then(
      (room): Reserved => ({ room }),
      (refusal: unknown): Reserved => ({ refusal }),
    );
    if (signal.aborted) {
      reserved.room?.release();
      this.#signal.throwIfAborted();
      return false;
    }
    this.#reserved = reserved;
    this.#waitedMs = Math.round(performance.now() - since);
    return true;
  }

  /** Boots the guest that was reserved. */
  async boot(cell: Cell): Promise<BootedGuest> {
    await this.reserve(cell);
    const reserved = this.#reserved;
    this.#reserved = undefined;
    if (!reserved) throw new Error('the slot holds a guest already');
    const { room } = reserved;
    // It has used up no number.
    if (!room) throw reserved.refusal;
    const { controller, known } = this.#options;
    const booted = await room.boot({ id: await this.#numberFor(room), known }, this.#signal);
    this.#current = booted;
    controller.emit({
      type: 'guest-boot',
      guest: booted.guest.id,
      cell: cell.id,
      accelerator: booted.accelerator,
      kernelRelease: booted.guest.kernelRelease,
      bootMs: booted.guest.bootMs,
      ...present({ template: booted.guest.template }),
      console: booted.console,
    });
    return booted;
  }

  async #numberFor(room: Reservation): Promise<number> {
    try {
      return await this.#options.controller.nextGuest();
    } catch (error) {
      room.release();
      throw error;
    }
  }

  /**
   * Gives the guest into other hands, with the room that it takes; the slot is empty then. `why` is for the journal.
   */
  handOver(why: string): BootedGuest | undefined {
    const booted = this.#current;
    this.#current = undefined;
    if (booted)
      this.#options.controller.emit({ type: 'guest-end', guest: booted.guest.id, how: 'disposed', detail: why });
    return booted;
  }

  /**
   * Ends the guest, if there is one, and gives back unused room; `death` is for the journal: why it was not the rig's
   * own wish.
   */
  async discard(death?: GuestDeath): Promise<void> {
    this.#reserved?.room?.release();
    this.#reserved = undefined;
    const booted = this.#current;
    if (!booted) return;
    this.#current = undefined;
    try {
      await booted.guest.dispose();
    } finally {
      booted.release();
    }
    this.#options.controller.emit({
      type: 'guest-end',
      guest: booted.guest.id,
      how: death?.kind ?? 'disposed',
      ...present({ detail: death?.message }),
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#signal.removeEventListener('abort', this.#endGuest);
    await this.discard();
  }
}
