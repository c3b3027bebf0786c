import { InfraError } from '../../orchestrator/model/errors.ts';

/** True for an error, or a tool's words, that say the disk is full. */
export function saysDiskFull(error: unknown): boolean {
  if (error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT')) return true;
  return /No space left on device|Disk quota exceeded|You don't have enough free space/.test(String(error));
}

/** The error for a full disk under `dir`. */
export function diskFullError(dir: string, cause?: unknown): InfraError {
  return new InfraError(`The disk that holds ${dir} is full.`, {
    code: 'disk-full',
    remedy: 'free some space there, or let PMEMRIG_CACHE name a folder on a larger disk.',
    cause,
  });
}
