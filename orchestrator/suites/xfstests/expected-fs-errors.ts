import type { KnownProblem } from '../../model/known-problem.ts';

/**
 * What file systems say when they are shut down, as the groups `shutdown` and `recoveryloop` ask of them: their journal
 * is cut off under load.
 */
const SHUT_DOWN = [
  'Aborting journal on device *',
  'JBD2: Error -5 detected *',
  'JBD2: Error -30 detected *',
  'JBD2: Detected IO errors *',
  'EXT4-fs error (device *): ext4_journal_check_start:*: Detected aborted journal*',
  'EXT4-fs (*): I/O error while writing superblock*',
  'EXT4-fs (*): failed to convert unwritten extents*',
  'EXT4-fs (*): This should not happen!! Data will be lost*',
  'EXT4-fs (*): *elayed block allocation failed*',
  'XFS (*): *og I/O *rror*',
  'XFS (*): Filesystem has been shut down due to log error*',
  'XFS (*): xfs_do_force_shutdown(0x2)*',
  'XFS (*): writeback error*',
];

/**
 * The same where the device fails under them: the groups `eio` (dm-error, dm-flakey) and `thin` (a pool that runs
 * full).
 */
const FAILING_DEVICE = [
  ...SHUT_DOWN,
  'EXT4-fs error (device *: error *ing *',
  'EXT4-fs error (device *: unable to read *',
  'EXT4-fs error (device *: IO failure*',
  'EXT4-fs error (device *: *I/O error*',
  'JBD2: Failed to *',
  'XFS (*): metadata I/O error*',
  'XFS (*): Metadata I/O Error*',
  'XFS (*): I/O Error Detected*',
  'Buffer I/O error on dev*',
  '*I/O error, dev pmem*',
];

/** And where the test damages what is on the disk: the groups `fuzzers` and `dangerous_fuzzers`. */
const DAMAGED = [
  ...FAILING_DEVICE,
  'EXT?-fs error (device *',
  'JBD2: *',
  'XFS (*): *hutting down filesystem*',
  'XFS (*): xfs_do_force_shutdown*',
  'XFS (*): Metadata *',
  'XFS (*): Internal error *',
  'XFS (*): Corruption *',
  'XFS (*): * corrupt*',
];

const REASONS: Readonly<Record<string, { readonly titles: readonly string[]; readonly reason: string }>> = {
  shutdown: { titles: SHUT_DOWN, reason: 'the test shuts its file system down (group shutdown)' },
  recoveryloop: { titles: SHUT_DOWN, reason: 'the test shuts its file system down (group recoveryloop)' },
  eio: { titles: FAILING_DEVICE, reason: 'the test makes its device fail (group eio)' },
  thin: { titles: FAILING_DEVICE, reason: 'the test fills a thin pool (group thin)' },
  fuzzers: { titles: DAMAGED, reason: 'the test damages its file system (group fuzzers)' },
  dangerous_fuzzers: { titles: DAMAGED, reason: 'the test damages its file system (group dangerous_fuzzers)' },
};

/**
 * The file systems' complaints that a test of these groups brings about itself, by the groups' meaning (xfstests,
 * doc/group-names.txt). An assertion, a warning, an oops or a splat is never among them.
 */
export function expectedFsErrors(groups: ReadonlySet<string>): readonly KnownProblem[] {
  return Object.entries(REASONS).flatMap(([group, { titles, reason }]) =>
    groups.has(group) ? titles.map((title) => ({ title, reason })) : [],
  );
}
