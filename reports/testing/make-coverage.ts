import { JournalBuilder, makeCell } from './make-journal.ts';

/** The legs of {@link makeQuickRun}. */
export const QUICK_LEGS = {
  nvdimmExt4: 'debian-6.12/nvdimm/ext4-dax',
  nvdimmXfs: 'debian-6.12/nvdimm/xfs-dax',
  virtioXfs: 'debian-6.12/virtio-pmem/xfs-dax',
  block: 'debian-6.12/virtio-blk/ext4',
} as const;

const FLAKEY = Array.from({ length: 106 }, (_, index) => `xfstests/generic/${String(index + 1).padStart(3, '0')}`);
const LARGE = ['xfstests/generic/620', 'xfstests/generic/781'];

/**
 * A run as the quick group goes. What needs dm-flakey runs on the control leg alone. Two tests need more room than
 * there is, and ext4/047 is not run anywhere.
 */
export function makeQuickRun(): JournalBuilder {
  const { nvdimmExt4, nvdimmXfs, virtioXfs, block } = QUICK_LEGS;
  const legs = [nvdimmExt4, nvdimmXfs, virtioXfs, block];
  const journal = new JournalBuilder().start(
    legs.map((leg) => makeCell(`${leg}/xfstests`, [...FLAKEY, ...LARGE, ...ownTests(leg), 'xfstests/generic/470'])),
  );
  for (const leg of legs) {
    const cell = `${leg}/xfstests`;
    journal
      .add({ type: 'cell-start', cell })
      .boot(cell)
      .test(cell, 'guest/boot', { status: 'pass' })
      .test(cell, 'guest/pmem', { status: 'pass' });
    for (const name of FLAKEY)
      journal.test(
        cell,
        name,
        leg === block
          ? { status: 'pass' }
          : { status: 'skip', message: 'Cannot use flakey devices on DAX capable block devices.' },
      );
    for (const name of LARGE)
      journal.test(cell, name, { status: 'skip', message: 'This test requires at least 4 GB on /mnt/scratch to run' });
    for (const name of ownTests(leg))
      journal.test(
        cell,
        name,
        name.includes('xfs/')
          ? { status: 'pass' }
          : { status: 'skip', message: "Kernel doesn't support the ext4 feature(s): inline_data" },
      );
    journal.test(
      cell,
      'xfstests/generic/470',
      leg === virtioXfs
        ? {
            status: 'skip',
            forgiven: { by: 'list', reason: 'maps files with MAP_SYNC' },
            message: 'known failure: maps files with MAP_SYNC; it said: output mismatch',
          }
        : { status: 'pass' },
    );
    journal.add({ type: 'cell-end', cell });
  }
  return journal.add({ type: 'run-end', reason: 'finished' });
}

/** Those of the leg's file system. */
function ownTests(leg: string): readonly string[] {
  return leg.includes('ext4') ? ['xfstests/ext4/047'] : ['xfstests/xfs/550'];
}
