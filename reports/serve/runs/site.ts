import { AlarmCounts } from './alarm-counts.ts';
import { HistoryKeeper } from './history-keeper.ts';
import { LiveRuns } from './live-runs.ts';
import type { ServeOptions } from './serve-options.ts';
import { SummaryCache } from './summary-cache.ts';

/** What the pages are made from, with what is kept between requests. */
export interface Site extends ServeOptions, Disposable {
  readonly history: HistoryKeeper;
  readonly live: LiveRuns;
  readonly alarms: AlarmCounts;
  readonly summaries: SummaryCache;
}

export function openSite(options: ServeOptions): Site {
  const history = new HistoryKeeper(options);
  return {
    ...options,
    history,
    live: new LiveRuns(),
    alarms: new AlarmCounts(),
    summaries: new SummaryCache(),
    [Symbol.dispose]: () => history[Symbol.dispose](),
  };
}
