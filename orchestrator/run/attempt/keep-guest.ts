import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAccess } from '../../../guests/ssh/access.ts';
import type { CellId } from '../../model/cell.ts';
import type { GuestDeath } from '../../model/errors.ts';
import type { RunEvent } from '../../model/event.ts';
import type { AttemptEnd } from './attempt.ts';
import type { BootedGuest, GuestSlot } from '../guest/guest-slot.ts';
import { messageOf } from '../../model/message-of.ts';

/** Beside the guest's console, for its user alone: how `pmemrig shell --last` gets in. */
export const ACCESS_FILE = 'shell.json';
/** How long a guest may take to show that it still runs commands. */
const ANSWER_MS = 15_000;
const KEPT_STATUSES: ReadonlySet<string> = new Set(['fail', 'crash', 'hang']);

interface Failure {
  readonly cell: CellId;
  readonly test: string;
  readonly end: Pick<AttemptEnd, 'result' | 'death' | 'guestUsable'>;
}

/** A guest that outlived a failure, and is held as it was then. */
export interface KeptGuest {
  readonly cell: CellId;
  readonly test: string;
  readonly id: number;
  /** Fulfils when the guest dies on its own. */
  readonly death: Promise<GuestDeath>;
}

/**
 * Takes the guest in which a test failed first out of the run, as the test left it: mounts, files and processes. It
 * must still answer; one that panicked cannot be kept. Tests that are left go on in a fresh guest. QEMU dies with this
 * process, so whoever wants the guest keeps that alive.
 */
export class GuestKeeper implements AsyncDisposable {
  readonly #guestDir: (guest: number) => string;
  readonly #log: (line: string) => void;
  #booted: BootedGuest | undefined;
  #failure: Failure | undefined;

  /** @param runDir the run's folder */
  constructor(runDir: string, log: (line: string) => void) {
    this.#guestDir = (guest) => join(runDir, 'guests', String(guest));
    this.#log = log;
  }

  get kept(): KeptGuest | undefined {
    return (
      this.#booted &&
      this.#failure && {
        cell: this.#failure.cell,
        test: this.#failure.test,
        id: this.#booted.guest.id,
        death: this.#booted.guest.death,
      }
    );
  }

  /** True if it has taken the slot's guest. Rejects with nothing. */
  async take(
    slot: GuestSlot,
    failure: Failure,
    { emit }: { readonly emit: (event: RunEvent) => void },
  ): Promise<boolean> {
    const { current } = slot;
    if (this.#booted || !current?.access || failure.end.death || !KEPT_STATUSES.has(failure.end.result.status))
      return false;
    // At once, so that of two failures side by side one is kept.
    this.#booted = current;
    this.#failure = failure;
    try {
      const { exitCode } = await current.guest.exec(['true'], { timeoutMs: ANSWER_MS });
      if (exitCode !== 0) throw new Error('it runs no command any more');
      await mkdir(this.#guestDir(current.guest.id), { recursive: true });
      await writeAccess(join(this.#guestDir(current.guest.id), ACCESS_FILE), current.access, {
        cell: failure.cell,
        test: failure.test,
      });
    } catch (error) {
      this.#log(`the guest of ${failure.test} cannot be kept: ${messageOf(error)}`);
      this.#booted = undefined;
      return false;
    }
    slot.handOver('kept for a shell');
    emit({ type: 'note', text: `guest ${current.guest.id} is kept as ${failure.test} left it: pmemrig shell --last` });
    // Idle, it needs no core.
    current.release.keepMemory();
    return true;
  }

  /** Ends the guest, and no one gets in any more. */
  async [Symbol.asyncDispose](): Promise<void> {
    const booted = this.#booted;
    this.#booted = undefined;
    if (!booted) return;
    await rm(join(this.#guestDir(booted.guest.id), ACCESS_FILE), { force: true });
    await booted.guest.dispose();
  }
}
