import { describeError } from '../../model/errors.ts';
import { logLine } from '../../host/log-line.ts';

interface Ending {
  /** Why the run as a whole failed: there is nothing to print then, but what it left is worth having. */
  readonly failure?: { readonly error: unknown } | undefined;
  /** Tells what the run came to, and gives the exit status. */
  readonly tell: () => number | Promise<number>;
  readonly publish?: (() => Promise<void>) | undefined;
}

/**
 * The last two steps of a run whose reports are written. The verdict comes first: it is what the run was made for, and
 * a full disk elsewhere must not swallow it. Rejects with the first that went wrong; a publish that fails after another
 * failure is reported.
 */
export async function tellAndPublish({ failure, tell, publish }: Ending): Promise<number> {
  const told = failure ?? (await settle(tell));
  try {
    await publish?.();
  } catch (error) {
    if (!('error' in told)) throw error;
    logLine(describeError(error));
  }
  if ('error' in told) throw told.error;
  return told.status;
}

async function settle(tell: Ending['tell']): Promise<{ readonly status: number } | { readonly error: unknown }> {
  try {
    return { status: await tell() };
  } catch (error) {
    return { error };
  }
}
