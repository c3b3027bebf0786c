import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { JournalBuilder, makeCell } from '../../../reports/testing/make-journal.ts';

const CELL = 'debian-6.12/nvdimm/none/fio';

/** A run of that day of March 2026 in a folder of runs; one that failed: a green one stays when others are pruned. */
export function writeOldRun(runs: string, day: number): string {
  const runId = `2026030${day}-100000-smoke`;
  const text = new JournalBuilder()
    .start([makeCell(CELL, ['fio/a'])])
    .test(CELL, 'fio/a', { status: 'fail', message: 'lost' })
    .add({ type: 'run-end', reason: 'finished' })
    .text();
  mkdirSync(join(runs, runId));
  writeFileSync(
    join(runs, runId, 'events.jsonl'),
    text.replaceAll('2026-03-01', `2026-03-0${day}`).replace('20260301-100000-smoke', runId),
  );
  return runId;
}
