import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeRecord } from '../../reports/history/history-files.ts';
import { openHistory } from '../../reports/history/history.ts';
import type { HistoryRecord } from '../../reports/history/history-record.ts';
import { openDuck } from '../../reports/history/parquet.ts';
import { startServer } from '../../reports/serve/start-server.ts';
import { judgeTrends } from '../../reports/figures/judge-trend.ts';
import { judgeTest } from '../../reports/verdicts/judge-test.ts';

export interface HistorySpeed {
  readonly openMs: number;
  readonly testMs: number;
  /** All tests of one more run judged by their past. */
  readonly verdictsMs: number;
  /** All figures of it. */
  readonly figuresMs: number;
  /** Pages of `pmemrig serve`, once it is open. */
  readonly listPageMs: number;
  readonly testPageMs: number;
}

/** Times what readers ask of a year of nightlies. */
export async function benchHistory(runs: number, tests: number, repeats: number): Promise<HistorySpeed[]> {
  const dir = await mkdtemp(join(tmpdir(), 'pmemrig-bench-history-'));
  try {
    await writeYear(dir, runs, tests);
    const speeds: HistorySpeed[] = [];
    for (let repeat = 0; repeat < repeats; repeat++) speeds.push(await ask(dir, tests));
    return speeds;
  } finally {
    await rm(dir, { recursive: true });
  }
}

async function ask(dir: string, tests: number): Promise<HistorySpeed> {
  const start = performance.now();
  using history = await openHistory(dir, () => undefined);
  const opened = performance.now();
  await history.test({ test: nameOf(tests - 1), last: history.runs.length });
  const found = performance.now();
  const past = await history.before('nightly', '2027-01-01');
  const now = { outcome: 'pass', forgiven: false, failed: 0 } as const;
  for (let test = 0; test < tests; test++) judgeTest(now, now, past.of(cellOf(test), nameOf(test)));
  const judged = performance.now();
  const figuresOf = await history.figuresBefore('nightly', '2027-01-01', 'bench');
  judgeTrends(
    figuresOfNight(tests).map(({ cell, test, name, unit, better }) => ({
      name,
      unit,
      better,
      now: 1000,
      past: figuresOf(cell, test, { name, unit }),
    })),
  );
  const measured = performance.now();
  return {
    openMs: opened - start,
    testMs: found - opened,
    verdictsMs: judged - found,
    figuresMs: measured - judged,
    ...(await askPages(dir, nameOf(tests - 1))),
  };
}

async function askPages(runsDir: string, test: string): Promise<Pick<HistorySpeed, 'listPageMs' | 'testPageMs'>> {
  await using server = await startServer(
    {
      runsDir,
      isClaimed: async () => Promise.resolve(false),
      log: () => undefined,
      signal: new AbortController().signal,
    },
    { host: '127.0.0.1', port: 0 },
  );
  const time = async (path: string): Promise<number> => {
    const start = performance.now();
    const response = await fetch(new URL(path, server.url));
    await response.text();
    if (!response.ok) throw new Error(`${path} answers ${response.status}`);
    return performance.now() - start;
  };
  await time('/');
  return {
    listPageMs: await time('/?last=365'),
    testPageMs: await time(`/test?${new URLSearchParams({ name: test, last: '365' }).toString()}`),
  };
}

async function writeYear(dir: string, runs: number, tests: number): Promise<void> {
  const folder = join(dir, 'history', 'v1');
  await mkdir(folder, { recursive: true });
  using duck = await openDuck();
  for (let night = 0; night < runs; night++) {
    const startedAt = new Date(Date.UTC(2026, 0, 1 + night, 2)).toISOString();
    const record: HistoryRecord = {
      runId: `${startedAt.slice(0, 10).replaceAll('-', '')}-020000-nightly-${night.toString(16).padStart(4, '0')}`,
      matrix: 'nightly',
      startedAt,
      host: 'bench',
      ending: 'finished',
      journalBytes: 1,
      metrics: figuresOfNight(tests).map((figure, index) => ({
        ...figure,
        value: 1000 + ((index * 7919 + night * 104_729) % 97),
      })),
      tests: Array.from({ length: tests }, (_, test) => ({
        cell: cellOf(test),
        kernel: `k${test % 4}`,
        kernelRelease: `6.12.${night}`,
        test: nameOf(test),
        outcome: (test + night) % 50 === 0 ? 'fail' : 'pass',
        forgiven: false,
        attempts: 1,
        failed: (test + night) % 50 === 0 ? 1 : 0,
        durationMs: test,
      })),
    };
    await writeRecord(duck, folder, record);
  }
}

const cellOf = (test: number): string => `k${test % 4}/nvdimm/ext4-dax/xfstests`;
const nameOf = (test: number): string => `xfstests/generic/${Math.floor(test / 4)}`;

/** One test in ten measures something: as many as a nightly with fio in every cell has. */
function figuresOfNight(tests: number) {
  return Array.from({ length: Math.floor(tests / 10) }, (_, index) => index * 10).flatMap((test) =>
    ['write.iops', 'read.iops', 'write.clat.p99', 'read.clat.p99'].map((name) => ({
      cell: cellOf(test),
      test: nameOf(test),
      name,
      unit: name.endsWith('iops') ? ('iops' as const) : ('ns' as const),
      better: name.endsWith('iops') ? ('higher' as const) : ('lower' as const),
    })),
  );
}
