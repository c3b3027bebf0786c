import { expect, test } from 'vitest';
import { judgeProblem } from '../kernel/known-problems.ts';
import type { KernelProblem } from '../../model/problem.ts';
import { expectedFsErrors } from '../../suites/xfstests/expected-fs-errors.ts';

const isForgiven = (groups: readonly string[], title: string): boolean =>
  judgeProblem({ title, signature: title } as KernelProblem, expectedFsErrors(new Set(groups)), '6.12.95', '2026-11-24')
    .known !== undefined;

test.each([
  [['shutdown', 'quick'], 'Aborting journal on device pmem1-8.', true],
  [
    ['shutdown'],
    'EXT4-fs error (device pmem1): ext4_journal_check_start:84: comm fsstress: Detected aborted journal',
    true,
  ],
  [['shutdown'], 'EXT4-fs error (device pmem1): ext4_journal_check_start:84: Detected aborted journal', true],
  [
    ['shutdown'],
    'XFS (pmem1): Log I/O Error (0x2) detected at xlog_force_shutdown+0x1d (fs/xfs/xfs_log.c:1). Shutting down filesystem.',
    true,
  ],
  [['shutdown'], 'EXT4-fs error (device pmem1): ext4_lookup:1855: inode #2: comm ls: iget: checksum invalid', false],
  [
    ['shutdown'],
    'XFS (pmem1): Corruption of in-memory data (0x8) detected at xfs_trans_cancel+0x1. Shutting down filesystem.',
    false,
  ],
  [
    ['recoveryloop'],
    'XFS (pmem1): Corruption of on-disk metadata (0x10) detected at xfs_buf_ioend. Shutting down filesystem.',
    false,
  ],
  [['recoveryloop'], 'XFS (pmem1): xfs_do_force_shutdown(0x8) called from line 1 of file fs/xfs/xfs_trans.c', false],
  [['shutdown'], 'JBD2: Error -117 detected when updating journal superblock for pmem1-8.', false],
  [['eio'], 'JBD2: Error -5 detected when updating journal superblock for dm-0-8.', true],
  [['eio'], 'EXT4-fs error (device dm-0): ext4_lookup:1: inode #2: comm ls: deleted inode referenced: 12', false],
  [
    ['thin'],
    'EXT4-fs error (device dm-0): ext4_mb_generate_buddy:1: group 0, block bitmap and bg descriptor inconsistent',
    false,
  ],
  [['fuzzers'], 'EXT4-fs error (device dm-0): ext4_lookup:1: inode #2: comm ls: deleted inode referenced: 12', true],
  [['eio'], 'Buffer I/O error on dev dm-0, logical block 3, lost async page write', true],
  [['eio'], 'XFS (dm-0): Metadata CRC error detected at xfs_agf_read_verify+0x1', false],
  [['dangerous_fuzzers'], 'XFS (dm-0): Metadata CRC error detected at xfs_agf_read_verify+0x1', true],
  [['dangerous_fuzzers'], 'XFS: Assertion failed: 0, file: fs/xfs/xfs_inode.c, line: 1', false],
  [['dangerous_fuzzers', 'eio', 'shutdown'], 'WARNING: CPU: 0 PID: 1 at fs/ext4/inode.c:1 ext4_x', false],
  [['quick', 'auto'], 'Aborting journal on device pmem1-8.', false],
] as const)('in the groups %j "%s" is the test\'s own doing: %s', (groups, title, forgiven) =>
  expect(isForgiven(groups, title)).toBe(forgiven),
);
