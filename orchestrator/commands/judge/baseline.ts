import { existsSync, realpathSync } from 'node:fs';
import { readdir, readlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { openHistory } from '../../../reports/history/history.ts';
import { isGreen } from '../../../reports/history/query-history.ts';
import { readJournal } from '../../../reports/journal/read-journal.ts';
import type { RunSummary } from '../../../reports/fold/summary.ts';
import { UserError } from '../../model/errors.ts';
import { PINNED } from '../../model/paths.ts';
import { findRun } from '../../run/record/find-run.ts';
import type { PlannedMatrix } from '../plan/load-plan.ts';
import { logLine } from '../../host/log-line.ts';

const PIN_PREFIX = 'pinned:';
export const LAST_GREEN = 'last-green';

/** What a baseline is to be found for. */
interface JudgedRun extends Pick<RunSummary, 'matrix' | 'startedAt'> {
  readonly cells: readonly { readonly id: string }[];
}

/**
 * The folder of a baseline: a run by id or path, `last-green`, or `pinned:NAME`. `last-green` is the newest run of the
 * matrix before `now` that has its cells and finished without a failure and without a gap.
 * @throws UserError when there is no such run
 */
export async function findBaseline(spec: string, runs: string, now: JudgedRun): Promise<string> {
  if (spec === LAST_GREEN) {
    const green = await findLastGreen(runs, now);
    if (green !== undefined) return green;
    throw new UserError(`no run of ${now.matrix} in ${runs} with these cells was green yet`, {
      code: 'no-baseline',
      remedy: `name a run instead: pmemrig history --runs ${runs} lists them`,
    });
  }
  if (!spec.startsWith(PIN_PREFIX)) return findRun(spec, runs);
  const name = spec.slice(PIN_PREFIX.length);
  const pin = join(runs, PINNED, name);
  if (isPinName(name) && existsSync(join(pin, 'events.jsonl'))) return realpathSync(pin);
  const target = isPinName(name) ? await readlink(pin).catch(() => undefined) : undefined;
  if (target !== undefined)
    throw new UserError(`the run that is pinned as "${name}", ${basename(target)}, is gone`, {
      code: 'no-baseline',
      remedy: `pin another: pmemrig pin --force latest ${name}`,
    });
  const pins = await readdir(join(runs, PINNED)).catch((): string[] => []);
  throw new UserError(`no run is pinned as "${name}"`, {
    code: 'no-baseline',
    remedy:
      pins.length === 0
        ? `pin one: pmemrig pin latest ${isPinName(name) ? name : 'v6.12'}`
        : `pinned are ${pins.toSorted().join(', ')}`,
  });
}

/**
 * As {@link findBaseline}, before a run of the matrix. That none was green yet is no error: a first nightly has to run,
 * too.
 */
export async function findBaselineOrNone(
  baseline: string,
  runs: string,
  { matrix, plan }: PlannedMatrix,
): Promise<string | undefined> {
  return findBaselineFor(baseline, runs, {
    matrix: matrix.name,
    startedAt: new Date().toISOString(),
    cells: plan.cells,
  });
}

/** The same for a run that is over. */
export async function findBaselineFor(baseline: string, runs: string, now: JudgedRun): Promise<string | undefined> {
  try {
    return await findBaseline(baseline, runs, now);
  } catch (error) {
    if (baseline !== LAST_GREEN || !(error instanceof UserError)) throw error;
    logLine(`${error.message}: this run is judged by itself`);
    return undefined;
  }
}

async function findLastGreen(runs: string, { matrix, startedAt, cells }: JudgedRun): Promise<string | undefined> {
  using history = await openHistory(runs, logLine);
  // One that was pruned is known, but its journal is gone.
  // One of fewer cells, say with a filter, says nothing of the others.
  const green = history.runs.filter(
    (run) =>
      run.matrix === matrix &&
      cells.every(({ id }) => run.cells.includes(id)) &&
      run.startedAt < startedAt &&
      isGreen(run) &&
      existsSync(join(runs, run.runId, 'events.jsonl')),
  );
  for (const { runId } of green) if (!(await isNarrowed(join(runs, runId)))) return join(runs, runId);
  return undefined;
}

/** A run of some tests says nothing of the others, either. */
async function isNarrowed(runDir: string): Promise<boolean> {
  for await (const event of readJournal(runDir)) return event.type === 'run-start' && event.narrowed === true;
  return false;
}

/** A file's name, and no way out of its folder. */
export function isPinName(name: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9._-]{0,63}$/.test(name);
}
