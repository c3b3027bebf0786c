import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { JOURNAL_VERSION, type JournalEvent, type PlannedCell, type RunEvent } from '../../orchestrator/model/event.ts';
import type { CellId } from '../../orchestrator/model/cell.ts';
import type { PhaseTime } from '../../orchestrator/model/phase-time.ts';
import type { TestResult } from '../../orchestrator/model/outcome.ts';
import { RunFold } from '../fold/fold.ts';
import type { RunSummary } from '../fold/summary.ts';

/** Composes journals for tests: each method says what happened, the clock runs by itself. */
export class JournalBuilder {
  readonly events: JournalEvent[] = [];
  #nowMs = Date.parse('2026-03-01T10:00:00.000Z');
  #guests = 0;

  /** Any event, as if it happened `afterMs` after the one before. */
  add(event: RunEvent, afterMs = 0): this {
    this.#nowMs += afterMs;
    this.events.push({ v: JOURNAL_VERSION, t: new Date(this.#nowMs).toISOString(), ...event });
    return this;
  }

  start(
    cells: readonly PlannedCell[],
    excluded: readonly { id: string; reason: string }[] = [],
    more: { readonly repeat?: number; readonly phases?: readonly PhaseTime[] } = {},
  ): this {
    const plan = { cells, excluded: excluded.map(({ id, reason }) => ({ id: id as CellId, reason })) };
    return this.add({
      type: 'run-start',
      runId: '20260301-100000-smoke',
      matrix: 'matrices/smoke.yaml',
      version: '0.1.0',
      host: 'rig-1',
      rerun: 'pmemrig run matrices/smoke.yaml {filter}',
      ...more,
      ...plan,
    });
  }

  boot(cell: string, kernelRelease = '6.12.9+bpo-amd64', template?: string): this {
    const guest = ++this.#guests;
    return this.add(
      {
        type: 'guest-boot',
        guest,
        cell,
        accelerator: 'tcg',
        kernelRelease,
        bootMs: 7400,
        ...(template !== undefined && { template }),
        console: `cells/${slug(cell)}/console.log`,
      },
      7400,
    );
  }

  test(cell: string, test: string, result: TestResult, { attempt = 1, durationMs = 2000 } = {}): this {
    this.add({ type: 'test-start', cell, test, attempt, guest: this.#guests });
    const { subtests = [], ...own } = result;
    for (const { name, ...sub } of subtests)
      this.add({ type: 'test-end', cell, test: `${test}/${name}`, parent: test, attempt, durationMs: 0, ...sub });
    return this.add({ type: 'test-end', cell, test, attempt, durationMs, ...own }, durationMs);
  }

  /** The journal's text; `torn` cuts the last line short, as a kill does. */
  text({ torn = false } = {}): string {
    const whole = this.events.map((event) => `${JSON.stringify(event)}\n`).join('');
    return torn ? whole.slice(0, -20) : whole;
  }

  summarize(): RunSummary {
    const fold = new RunFold();
    for (const event of this.events) fold.apply(event);
    return fold.summarize();
  }

  /** A fresh run folder that holds the journal. */
  async write(options?: { torn?: boolean }): Promise<string> {
    return writeJournal(this.text(options));
  }
}

/** A fresh run folder whose journal is this text. */
export async function writeJournal(text: string): Promise<string> {
  const runDir = await mkdtemp(join(tmpdir(), 'pmemrig-reports-'));
  await writeFile(join(runDir, 'events.jsonl'), text);
  return runDir;
}

export function makeCell(id: string, tests: readonly string[], estimateSec = 10): PlannedCell {
  const [kernel = '', pmem = '', filesystem = '', suite = ''] = id.split('/');
  const names = ['guest/boot', 'guest/pmem', ...tests];
  return {
    id,
    kernel,
    image: 'bookworm',
    pmem,
    filesystem,
    suite,
    tests: names.map((name) => ({ name, estimateSec })),
  };
}

function slug(cell: string): string {
  return cell.replaceAll('/', '_');
}

const FIO = ['fio/dax-mmap-randwrite', 'fio/dax-psync-fsync'];
const OOPS =
  '[   12.345678] BUG: unable to handle page fault for address: ffff88810000\n' +
  '[   12.345679] #PF: supervisor write access\n' +
  '[   12.345680] RIP: 0010:pmem_do_write+0x4f/0x90 [nd_pmem]\n';

/**
 * One of everything: pass, fail, flaky, skip, crash with what it leaves unreached, hang, infra, a found subtest, an
 * excluded cell.
 */
export function makeMixedRun(): JournalBuilder {
  const ids = [
    'debian-6.1/nvdimm/ext4-dax/fio',
    'debian-6.12/nvdimm/ext4-dax/fio',
    'debian-6.12/virtio-pmem/xfs-dax/fio',
    'debian-6.12/nvdimm/none/repro',
  ] as const;
  const [good, retried, crashing, command] = ids;
  const journal = new JournalBuilder();
  journal.start(
    [makeCell(good, FIO), makeCell(retried, FIO), makeCell(crashing, FIO), makeCell(command, ['repro/run'])],
    [{ id: 'debian-6.1/virtio-blk/ext4-dax/fio', reason: 'virtio-blk has no DAX' }],
  );
  journal.add({ type: 'stage', stage: 'kernel debian-6.12', detail: '', status: 'start' });
  journal.add(
    {
      type: 'stage',
      stage: 'kernel debian-6.12',
      detail: 'linux-image-6.12.9+bpo-amd64 6.12.9-1~bpo12+1',
      status: 'done',
      durationMs: 3100,
    },
    3100,
  );
  journal.add({ type: 'note', text: 'kernel debian-6.1: no network, the cached package is used' });
  for (const cell of [good, retried, crashing, command]) {
    journal.add({ type: 'cell-start', cell }).boot(cell);
    journal.test(cell, 'guest/boot', { status: 'pass' }, { durationMs: 7400 });
    journal.test(cell, 'guest/pmem', { status: 'pass' }, { durationMs: 300 });
    addResults(journal, cell, ids);
    journal.add({ type: 'cell-end', cell });
  }
  return journal.add({ type: 'run-end', reason: 'finished' });
}

function addResults(journal: JournalBuilder, cell: string, [good, retried, crashing]: readonly string[]): void {
  const metrics = [
    { name: 'write.iops', value: 48_210.4, unit: 'iops', better: 'higher' },
    { name: 'write.bw', value: 197_469_798, unit: 'bytes/s', better: 'higher' },
    { name: 'write.clat.p99', value: 12_345, unit: 'ns', better: 'lower' },
  ] as const;
  const failure = {
    status: 'fail',
    message: 'verify: bad magic header 0, wanted acca',
    evidence: 'verify: bad magic header 0\n',
    artifacts: ['cells/x/fio.json'],
  } as const;
  switch (cell) {
    case good:
      journal.test(cell, 'fio/dax-mmap-randwrite', { status: 'pass', metrics });
      journal.test(cell, 'fio/dax-psync-fsync', { status: 'skip', message: 'fio has no libpmem here' });
      return;
    case retried:
      journal.test(cell, 'fio/dax-mmap-randwrite', failure);
      journal.test(cell, 'fio/dax-mmap-randwrite', { status: 'pass', metrics }, { attempt: 2 });
      journal.test(cell, 'fio/dax-psync-fsync', failure);
      journal.test(
        cell,
        'fio/dax-psync-fsync',
        { status: 'hang', message: 'no progress for 60 s', evidence: 'sysrq: Show Blocked State\n' },
        { attempt: 2 },
      );
      return;
    case crashing:
      journal.test(cell, 'fio/dax-mmap-randwrite', {
        status: 'crash',
        message: 'BUG: unable to handle page fault',
        evidence: OOPS,
        artifacts: ['cells/y/console.log'],
      });
      journal.add({ type: 'guest-end', guest: 3, how: 'panic', detail: 'Fatal exception' });
      return;
    default:
      journal.test(cell, 'repro/run', {
        status: 'infra',
        message: 'disk full',
        subtests: [
          { name: 'case 1', status: 'pass' },
          { name: 'case 2', status: 'fail', message: 'not ok 2' },
        ],
      });
  }
}
