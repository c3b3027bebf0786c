import { InfraError } from '../../orchestrator/model/errors.ts';
import { describeRefusal } from '../../orchestrator/model/file-refusal.ts';
import { messageOf } from '../../orchestrator/model/message-of.ts';

/**
 * The error for a host that could not keep a guest's or a test's files: `what` begins the sentence, `cause` is its
 * reason.
 */
export function blameHost(what: string, cause: unknown): InfraError {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code !== 'ENOSPC' && code !== 'EDQUOT')
    return new InfraError(`${what}: ${messageOf(cause)}`, {
      code: 'host-files',
      cause,
    });
  return new InfraError(`${what}: ${code === 'ENOSPC' ? 'the disk is full' : describeRefusal(cause)}`, {
    code: 'disk-full',
    remedy: 'free some space, or choose another disk with --runs DIR',
    cause,
  });
}
