import { InfraError } from '../orchestrator/model/errors.ts';

/** The error for a host that could not keep a guest's or a test's files: `what` begins the sentence, `cause` is its reason. */
export function blameHost(what: string, cause: unknown): InfraError {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new InfraError(`${what}: the disk is full`, { code: 'disk-full', remedy: 'free some space, or choose another disk with --runs DIR', cause });
  }
  return new InfraError(`${what}: ${cause instanceof Error ? cause.message : String(cause)}`, { code: 'host-files', cause });
}
