import { basename } from 'node:path';
import type { PastFigures } from '../figures/compare-figures.ts';
import { METRICS_SUFFIX, TESTS_SUFFIX } from './history-dir.ts';
import { openDuck } from './parquet.ts';
import {
  type HistoryLine,
  type PastOf,
  type PastRun,
  queryPast,
  queryRuns,
  queryTest,
  queryTestNames,
} from './query-history.ts';
import { queryFigures } from './query-figures.ts';
import { type HistoryFigure, type MetricQuery, queryMetrics } from './query-metrics.ts';
import { queryRates, type TestRate } from './query-rates.ts';
import { listHistory, listMetrics, syncHistory } from './sync-history.ts';

/** How many earlier runs a verdict looks at: enough for a test that fails one time in a hundred to have shown it. */
const VERDICT_RUNS = 200;
/** A figure's noise is known by fewer: hosts change. */
const FIGURE_RUNS = 104;

/** What all runs below a folder came to, as of when it was opened. */
export interface History extends Disposable {
  /** Newest first. */
  readonly runs: readonly PastRun[];
  /** See {@link queryTest}. */
  test(query: {
    readonly test: string;
    readonly cell?: string;
    readonly last: number;
  }): Promise<readonly HistoryLine[]>;
  /** See {@link queryMetrics}. */
  metrics(query: MetricQuery): Promise<readonly HistoryFigure[]>;
  /** See {@link queryRates}. */
  rates(last: number): Promise<readonly TestRate[]>;
  /** All tests that any run knows, sorted. */
  testNames(): Promise<readonly string[]>;
  /** What figures were in the newest runs of a matrix on a host that started before a time. */
  figuresBefore(matrix: string, startedAt: string, host: string): Promise<PastFigures>;
  /**
   * The newest runs of a matrix that started before a time (ISO 8601), and what became of the tests in them. By default
   * `last` is as many as a verdict looks at.
   */
  before(
    matrix: string,
    startedAt: string,
    last?: number,
  ): Promise<{ readonly runs: readonly PastRun[]; readonly of: PastOf }>;
}

/**
 * Opens the history of the runs below `runsDir`, brought up to date first, see {@link syncHistory}.
 * @param log prints what was left out, and of long work
 */
export async function openHistory(runsDir: string, log: (line: string) => void): Promise<History> {
  const duck = await openDuck();
  try {
    await syncHistory(duck, runsDir, log);
    const files = await listHistory(runsDir);
    const metricFiles = { metrics: await listMetrics(runsDir), tests: files };
    const runs = await queryRuns(duck, files);
    return {
      runs,
      test: async (query) => queryTest(duck, files, query),
      metrics: async (query) => queryMetrics(duck, metricFiles, query),
      rates: async (last) => queryRates(duck, files, last),
      testNames: async () => queryTestNames(duck, files),
      async figuresBefore(matrix, startedAt, host) {
        const chosen = runs
          .filter((run) => run.matrix === matrix && run.host === host && run.startedAt < startedAt)
          .slice(0, FIGURE_RUNS)
          .toReversed();
        const ids = new Set(chosen.map(({ runId }) => runId));
        return queryFigures(
          duck,
          metricFiles.metrics.filter((file) => ids.has(basename(file, METRICS_SUFFIX))),
          chosen,
        );
      },
      async before(matrix, startedAt, last = VERDICT_RUNS) {
        const chosen = runs
          .filter((run) => run.matrix === matrix && run.startedAt < startedAt)
          .slice(0, last)
          .toReversed();
        const ids = new Set(chosen.map(({ runId }) => runId));
        // A file is named after its run: a page wants thirty of them, not a year.
        const theirs = files.filter((file) => ids.has(basename(file, TESTS_SUFFIX)));
        return { runs: chosen, of: await queryPast(duck, theirs, chosen) };
      },
      [Symbol.dispose]: () => duck[Symbol.dispose](),
    };
  } catch (error) {
    duck[Symbol.dispose]();
    throw error;
  }
}
