import type { Cell } from '../../model/cell.ts';
import type { Suite, SuiteSession } from '../../model/suite.ts';
import { TIMEOUTS_MS } from '../../model/timeouts.ts';
import { fitFilesystem } from '../../suites/shared/fit-filesystem.ts';
import { type AttemptDeadlines, type AttemptEnd, underDeadline } from '../attempt/attempt.ts';
import type { BootedGuest } from '../guest/guest-slot.ts';
import { recordControl } from '../guest/record-control.ts';
import type { SessionEnvironment } from './cell-environment.ts';

interface Opening {
  readonly cell: Cell;
  readonly suite: Suite;
  readonly booted: Pick<BootedGuest, 'host'>;
  /** Counts the guests of the cell from 1. */
  readonly ordinal: number;
  /** Names of the tests that the guest will get next. */
  readonly upcoming: () => readonly string[];
}

/**
 * Sets the cell's suite up in a guest, under a deadline; an {@link AttemptEnd} is the guest's. Rejects with
 * `SuiteSetupError` where the guest cannot hold the suite, and with whatever else went wrong.
 */
export async function openSuite(
  { cell, suite, booted: { host }, ordinal, upcoming }: Opening,
  deadlines: AttemptDeadlines,
  env: SessionEnvironment,
): Promise<{ readonly suite: SuiteSession } | AttemptEnd> {
  const { guest, timeoutScale, timeoutScaleWhy } = deadlines;
  const { filesystem, note } = await fitFilesystem({ guest, timeoutScale }, cell.filesystem);
  if (note !== undefined && ordinal === 1) env.emit({ type: 'note', text: `${cell.id}: ${note}` });
  // The host's work, which is not to use up the guest's time. Why it failed is for the suite to say.
  const canary = cell.tests.some(({ expects }) => expects) ? env.buildCanary() : undefined;
  await canary?.catch(() => undefined);
  const open = suite.open({
    spec: cell.suite,
    cell: { ...cell, filesystem },
    guest,
    ...(suite.needsHostControl && host && { host: recordControl(host, { guest: guest.id, emit: env.emit }) }),
    artifacts: env.artifacts,
    timeoutScale,
    timeoutScaleWhy,
    usualSeconds: env.usualSeconds,
    upcoming,
    buildCanary: async () => canary ?? env.buildCanary(),
    buildGuestTool: env.buildGuestTool,
    log: env.log,
  });
  return underDeadline(
    open.then((opened) => ({ suite: opened })),
    { ...deadlines, timeoutMs: TIMEOUTS_MS.open, what: "the suite's set-up" },
  );
}
