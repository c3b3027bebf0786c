import type { RunSummary } from '../fold/summary.ts';
import { JournalBuilder, makeCell } from './make-journal.ts';

/** Kernels × topologies × tests, all passed but for one in fifty, which failed with a page of console. */
export function makeLargeRun(tests: number, cells = 20): RunSummary {
  const ids = Array.from(
    { length: cells },
    (_, index) => `k${index % 4}/leg${Math.floor(index / 4)}/ext4-dax/xfstests`,
  );
  const names = Array.from(
    { length: tests / cells },
    (_, index) => `xfstests/generic/${String(index + 1).padStart(3, '0')}`,
  );
  const journal = new JournalBuilder().start(
    ids.map((id) => ({ ...makeCell(id, names), tests: names.map((name) => ({ name, estimateSec: 1 })) })),
  );
  for (const [place, cell] of ids.entries()) {
    journal.add({ type: 'cell-start', cell }).boot(cell, `6.12.${place % 4}`);
    for (const [index, name] of names.entries()) {
      if ((index + place) % 50 === 0)
        journal.test(cell, name, {
          status: 'fail',
          message: 'output mismatch',
          evidence: 'a line of the console\n'.repeat(40),
        });
      else journal.test(cell, name, { status: 'pass' });
    }
    journal.add({ type: 'cell-end', cell });
  }
  return journal.add({ type: 'run-end', reason: 'finished' }).summarize();
}
