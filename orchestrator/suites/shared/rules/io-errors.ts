import type { KnownProblem } from '../../../model/known-problem.ts';

/** What file systems and the block layer say of a device that fails or is gone: no assertion of theirs, and no oops. */
export function ioErrors(reason: string): readonly KnownProblem[] {
  return ['EXT4-fs*', 'Aborting journal*', 'JBD2*', 'XFS (*', '*I/O error*'].map((title) => ({ title, reason }));
}
