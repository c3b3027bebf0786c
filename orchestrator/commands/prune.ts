import { readdir, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { plural } from '../../reports/text/format.ts';
import { openHistory } from '../../reports/history/history.ts';
import { isGreen } from '../../reports/history/query-history.ts';
import { readRunLinks } from '../../reports/history/run-links.ts';
import { runsDir } from '../model/paths.ts';
import { chooseExpired } from '../run/record/choose-expired.ts';
import { isClaimed } from '../run/record/claim-run.ts';
import { logLine } from '../host/log-line.ts';
import { printText } from '../host/print.ts';

export interface PruneOptions {
  readonly keep: number;
  readonly days: number;
  readonly dryRun?: boolean;
  readonly runs?: string;
}

/** `pmemrig prune`: removes old runs. History goes on knowing what they came to. */
export async function pruneCommand({ keep, days, dryRun = false, runs }: PruneOptions): Promise<number> {
  const dir = resolve(runs ?? runsDir());
  using history = await openHistory(dir, logLine);
  const there = new Set(await readdir(dir).catch((): string[] => []));
  const known = history.runs.filter(({ runId }) => there.has(runId)).map((run) => ({ ...run, isGreen: isGreen(run) }));
  const expired = chooseExpired(known, {
    keep,
    days,
    now: new Date().toISOString(),
    pinned: new Set((await readRunLinks(dir)).keys()),
  });
  let removed = 0;
  for (const { runId } of expired) {
    if (await isClaimed(join(dir, runId))) {
      logLine(`${runId} stays: a pmemrig may still work on it`);
      continue;
    }
    if (!dryRun) await removeWhole(dir, runId);
    printText(`${dryRun ? 'would remove' : 'removed'} ${runId}\n`);
    removed += 1;
  }
  printText(`${describePruned({ removed, kept: known.length - removed, dryRun })}\n`);
  return 0;
}

function describePruned({
  removed,
  kept,
  dryRun,
}: {
  readonly removed: number;
  readonly kept: number;
  readonly dryRun: boolean;
}): string {
  if (removed === 0)
    return kept === 0 ? 'no runs to prune' : `${plural(kept, 'run')} kept, none ${dryRun ? 'to prune' : 'pruned'}`;
  return `${plural(removed, 'run')} ${dryRun ? 'would be pruned' : 'pruned'}, ${kept} kept`;
}

/** Renamed first, so that half a run is never found. */
async function removeWhole(dir: string, runId: string): Promise<void> {
  const aside = join(dir, `.removed-${runId}`);
  await rename(join(dir, runId), aside);
  await rm(aside, { recursive: true, force: true });
}
