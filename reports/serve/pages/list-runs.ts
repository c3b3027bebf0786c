import { join } from 'node:path';
import { asRunning } from '../../facts/as-running.ts';
import { groupBy } from '../../text/group-by.ts';
import { isGreen, type PastRun } from '../../history/query-history.ts';
import { readRunLinks } from '../../history/run-links.ts';
import type { RunState } from '../../fold/run-state.ts';
import type { KnownRuns } from '../runs/history-keeper.ts';
import type { ListedRun } from './runs-page.ts';
import type { Site } from '../runs/site.ts';
import { present } from '../../../orchestrator/model/present.ts';

/**
 * The runs with their marks, newest first.
 * @param last of each matrix so many get their alarms, which are in a file of their own
 */
export async function listRuns(site: Site, { history, survey }: KnownRuns, last: number): Promise<ListedRun[]> {
  const links = await readRunLinks(site.runsDir);
  const live = new Map(
    (await Promise.all([...survey.live].map(async (runId) => readLive(site, runId)))).flatMap((run) =>
      run ? [[run.runId, run] as const] : [],
    ),
  );
  const past = history.runs
    .filter(({ runId }) => !live.has(runId))
    .map(({ ending, ...run }) => ({ ...run, state: ending }));
  const runs = [...live.values(), ...past].toSorted(
    (a, b) => b.startedAt.localeCompare(a.startedAt) || b.runId.localeCompare(a.runId),
  );
  const listed = [...groupBy(runs, ({ matrix }) => matrix).values()].map(async (own) => {
    const green = own.find((run) => run.state !== 'running' && isGreen({ ...run, ending: run.state }));
    return Promise.all(
      own.map(async (run, index): Promise<ListedRun> => {
        const comparison =
          index < last && survey.there.has(run.runId)
            ? await site.alarms.read(join(site.runsDir, run.runId))
            : undefined;
        return {
          runId: run.runId,
          matrix: run.matrix,
          startedAt: run.startedAt,
          totals: run.totals,
          known: run.known,
          state: run.state,
          marks: [...(links.get(run.runId) ?? []), ...(run === green ? ['last green'] : [])],
          isGone: !survey.there.has(run.runId),
          ...present({ comparison }),
        };
      }),
    );
  });
  return (await Promise.all(listed)).flat();
}

type LiveRun = Omit<PastRun, 'ending'> & { readonly state: RunState };

/** As far as it has come; undefined if it has not begun, is unreadable, or is over but for its reports. */
async function readLive({ runsDir, live }: Site, runId: string): Promise<LiveRun | undefined> {
  const follower = await live.read(join(runsDir, runId)).catch(() => undefined);
  if (follower === undefined || follower.lines === 0) return undefined;
  const whole = follower.fold.summarize();
  const { matrix, startedAt, host, ending, totals } = asRunning(whole);
  return {
    runId,
    matrix,
    startedAt,
    host,
    totals,
    known: follower.fold.known,
    cells: whole.cells.map(({ id }) => id),
    state: ending.reason,
  };
}
