import type { CanaryModule } from '../../model/canary.ts';
import type { GuestTool } from '../../model/guest-tool.ts';
import type { AttemptEnvironment } from '../attempt/attempt-environment.ts';
import type { GuestKeeper } from '../attempt/keep-guest.ts';
import type { GuestSlot } from '../guest/guest-slot.ts';

/** What a session needs beside its guest. All of it is one cell's. */
export interface SessionEnvironment extends AttemptEnvironment {
  /** See `SuiteContext.usualSeconds`. */
  readonly usualSeconds: (test: string) => number | undefined;
  /** See `SuiteContext.buildCanary`. */
  readonly buildCanary: () => Promise<CanaryModule>;
  /** See `SuiteContext.buildGuestTool`. */
  readonly buildGuestTool: () => Promise<GuestTool>;
  /** Takes the guest of the first failure, if one is to be kept. */
  readonly keeper?: GuestKeeper;
}

/** What one guest after the other needs to work on a cell. */
export interface WorkEnvironment extends SessionEnvironment {
  /** Further attempts at a test that did not pass. */
  readonly retries: number;
}

/** What it takes to run a cell to its end. */
export interface CellEnvironment extends WorkEnvironment {
  /** Guests at most that work on the cell at once, where its suite allows it. */
  readonly split: number;
  /** A slot for a further guest that works on the cell. */
  readonly openSlot: (signal: AbortSignal) => GuestSlot;
}
