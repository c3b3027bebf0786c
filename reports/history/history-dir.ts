import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Version of the files' layout: with another one they are made anew from the journals. */
const LAYOUT = 'v1';

export const TESTS_SUFFIX = '.tests.parquet';
export const METRICS_SUFFIX = '.metrics.parquet';

/** Where history of the runs in a folder is kept, beside them. */
export function historyDir(runsDir: string): string {
  return join(runsDir, 'history', LAYOUT);
}

/** Whether history has what a run came to, be the run still there or not. */
export function isRemembered(runsDir: string, runId: string): boolean {
  return existsSync(join(historyDir(runsDir), `${runId}${TESTS_SUFFIX}`));
}
