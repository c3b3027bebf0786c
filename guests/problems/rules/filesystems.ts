import type { ProblemRule } from '../problem-rule.ts';
import { present } from '../../../orchestrator/model/present.ts';

function line(kind: ProblemRule['kind'], start: RegExp, words: readonly string[], unless?: RegExp): ProblemRule {
  return { kind, start, words, shape: 'line', signature: 'title', ...present({ unless }) };
}

/** On-disk or in-memory corruption, aborted journals and file systems that shut themselves down. */
export const FILESYSTEM_RULES: readonly ProblemRule[] = [
  line('ext4-error', /^EXT4-fs (?:error|panic) \(device /, ['EXT4-fs error', 'EXT4-fs panic']),
  line(
    'ext4-error',
    /^EXT4-fs \([^)]+\): (?:I\/O error while writing superblock|failed to convert unwritten extents|This should not happen!! Data will be lost|[Dd]elayed block allocation failed)/,
    ['error while writing superblock', 'convert unwritten extents', 'Data will be lost', 'block allocation failed'],
  ),
  line(
    'ext4-error',
    /^(?:JBD2: (?:Error -?\d+ detected|Detected IO errors|Corruption|Invalid checksum|Failed to (?:read|write))|Aborting journal on device )/,
    ['JBD2: ', 'Aborting journal'],
  ),
  {
    kind: 'xfs-error',
    start:
      /^XFS \([^)]+\): (?:Metadata (?:corruption|CRC error) detected|Internal error |Corruption (?:of|detected|warning))/,
    words: ['Metadata corruption', 'Metadata CRC error', '): Internal error', '): Corruption'],
    shape: 'block',
    signature: 'title',
  },
  {
    kind: 'xfs-error',
    start:
      /^XFS \([^)]+\): (?:log I\/O error|Log I\/O Error|metadata I\/O error|I\/O Error Detected|.*Shutting down filesystem|Filesystem has been shut down|xfs_do_force_shutdown|.*inode .* corrupt|writeback error)/,
    words: [
      'I/O error',
      'I/O Error',
      'hutting down filesystem',
      'has been shut down',
      'xfs_do_force_shutdown',
      ' corrupt',
      'writeback error',
    ],
    // Asked for, by a test of shutdowns.
    unless: /User initiated shutdown|shutdown by user/i,
    shape: 'line',
    signature: 'title',
  },
  // Before 2.6.38 the device stood elsewhere or nowhere.
  {
    kind: 'xfs-error',
    start:
      /^(?:Filesystem "[^"]+": )?(?:XFS internal error |Corruption of in-memory data detected|(?:Log )?I\/O Error Detected)|^xfs_force_shutdown\(/,
    words: ['XFS internal error', 'Corruption of in-memory', 'I/O Error Detected', 'xfs_force_shutdown('],
    shape: 'block',
    signature: 'title',
  },
  {
    kind: 'xfs-error',
    start: /^XFS: Assertion failed: /,
    words: ['XFS: Assertion failed'],
    shape: 'end-trace',
    signature: 'title',
  },
  line('fs-error', /^EXT[23]-fs error \(device /, ['EXT2-fs error', 'EXT3-fs error']),
  line(
    'fs-error',
    /^BTRFS (?:critical|alert|emergency) \(device |^BTRFS: error \(device [^)]+\) in |^BTRFS error \(device [^)]+\): (?:.*(?:corrupt|csum failed|checksum (?:verify|error)|bad tree block|parent transid verify failed))/,
    ['BTRFS critical', 'BTRFS alert', 'BTRFS emergency', 'BTRFS: error', 'BTRFS error'],
  ),
  line('fs-error', /^VFS: (?:Busy inodes after unmount|Close: file count is (?:0|zero))/, ['VFS: Busy', 'VFS: Close']),
];
