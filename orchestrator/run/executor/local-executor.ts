import type { ArtifactStore } from '../../model/artifact-store.ts';
import type { CanaryModule } from '../../model/canary.ts';
import type { Cell } from '../../model/cell.ts';
import type { Controller, Executor, GroupEnd, GroupOrder } from '../../model/executor.ts';
import type { GuestTool } from '../../model/guest-tool.ts';
import type { SuiteSpec } from '../../model/matrix.ts';
import { toPlainError } from '../../model/plain-error.ts';
import { present } from '../../model/present.ts';
import type { Suite } from '../../model/suite.ts';
import type { GuestKeeper } from '../attempt/keep-guest.ts';
import type { CellEnvironment } from '../cell/cell-environment.ts';
import { runCell } from '../cell/run-cell.ts';
import { GuestSlot, type ReserveGuest } from '../guest/guest-slot.ts';

/** What this host has to run cells with. */
export interface LocalMeans {
  readonly reserve: ReserveGuest;
  readonly suiteFor: (spec: SuiteSpec) => Suite;
  readonly artifactsOf: (cellId: string) => ArtifactStore;
  /** See `SuiteContext.buildCanary`. */
  readonly buildCanary: (cell: Cell, signal: AbortSignal) => Promise<CanaryModule>;
  /** See `SuiteContext.buildGuestTool`. */
  readonly buildGuestTool: (signal: AbortSignal) => Promise<GuestTool>;
  /** See `AttemptEnvironment.mendCache`. */
  readonly mendCache?: (cell: Cell, sinceMs: number) => Promise<string | undefined>;
  /** Takes the guest of the first failure, if one is to be kept. */
  readonly keeper?: GuestKeeper;
}

/** Runs cells in this process, and their guests on this host. */
export class LocalExecutor implements Executor {
  readonly #means: LocalMeans;

  constructor(means: LocalMeans) {
    this.#means = means;
  }

  async run(order: GroupOrder, controller: Controller, signal: AbortSignal): Promise<GroupEnd> {
    const { reserve, suiteFor } = this.#means;
    const openSlot = (until: AbortSignal): GuestSlot =>
      new GuestSlot({ reserve, controller, known: order.known, signal: until });
    const guestsUsed: Record<string, number> = {};
    try {
      await using slot = openSlot(signal);
      for (const { cell, start, usualSeconds } of order.cells) {
        const { retries, split } = order;
        const environment = { ...this.#helpWith(cell, controller, signal), retries, split, openSlot };
        guestsUsed[cell.id] = await runCell({ cell, suite: suiteFor(cell.suite), start }, slot, {
          ...environment,
          usualSeconds: (test) => usualSeconds[test],
        });
      }
      return { how: 'finished', guestsUsed };
    } catch (error) {
      return signal.aborted ? { how: 'interrupted' } : { how: 'failed', error: toPlainError(error) };
    }
  }

  #helpWith(
    cell: Cell,
    controller: Controller,
    signal: AbortSignal,
  ): Omit<CellEnvironment, 'retries' | 'split' | 'openSlot' | 'usualSeconds'> {
    const { artifactsOf, buildCanary, buildGuestTool, mendCache, keeper } = this.#means;
    return {
      emit: (event) => controller.emit(event),
      log: (line) => controller.log(line),
      signal,
      artifacts: artifactsOf(cell.id),
      buildCanary: async () => buildCanary(cell, signal),
      buildGuestTool: async () => buildGuestTool(signal),
      ...present({ keeper, mendCache: mendCache && (async (sinceMs: number) => mendCache(cell, sinceMs)) }),
    };
  }
}
