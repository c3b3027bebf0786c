import { describeError } from '../../model/errors.ts';
import { logLine } from '../../host/log-line.ts';
import { pruneCommand, type PruneOptions } from '../prune.ts';

/**
 * Does the night's work and removes old runs after it, however it ended. Where runs and what is published share a full
 * disk, nothing else would free it. An old run that can't be removed is no reason to call the night bad.
 */
export async function pruneAfter(night: () => Promise<number>, options: PruneOptions): Promise<number> {
  try {
    return await night();
  } finally {
    await pruneCommand(options).catch((error: unknown) => logLine(`old runs stay: ${describeError(error)}`));
  }
}
