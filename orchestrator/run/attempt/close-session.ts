import type { SuiteSession } from '../../model/suite.ts';
import { TIMEOUTS_MS } from '../../model/timeouts.ts';
import { type AttemptEnd, type AttemptGuest, endOf, underDeadline } from './attempt.ts';
import { SuiteSetupError } from '../../model/errors.ts';

/**
 * The suite's clean-up as a test of its own, since umount is where file systems on pmem like to fall over: it must
 * come to its end, and the guest must still answer after it.
 */
export async function closeSession(options: {
  readonly session: SuiteSession;
  readonly guest: AttemptGuest;
  readonly timeoutScale: number;
  readonly timeoutScaleWhy: string;
  readonly signal: AbortSignal;
}): Promise<AttemptEnd> {
  const { session, guest } = options;
  const close = async (): Promise<AttemptEnd> => {
    await session.close();
    await guest.exec(['true']);
    return { result: { status: 'pass' }, guestUsable: true };
  };
  return underDeadline(close().catch(endOfClose), {
    ...options,
    timeoutMs: 2 * TIMEOUTS_MS.setup,
    what: "the suite's clean-up",
  });
}

function endOfClose(error: unknown): AttemptEnd {
  if (!(error instanceof SuiteSetupError)) return endOf(error);
  const { message, evidence, status } = error;
  return { result: { status, message, ...(evidence !== '' && { evidence }) }, guestUsable: status !== 'hang' };
}
