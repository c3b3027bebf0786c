import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ServeOptions } from './serve-options.ts';

/** What lies in the folder of runs right now. */
export interface Survey {
  /** Ids of the runs whose folders are there. */
  readonly there: ReadonlySet<string>;
  /** Those that a controller works on, or may. */
  readonly live: ReadonlySet<string>;
  /** The same as long as history of what is there need not be read again; a live run's growth does not count. */
  readonly signature: string;
}

/** A run's folder, by its name. */
export function isRunId(name: string): boolean {
  return /^\d{8}-\d{6}-[^/\\\0]+$/.test(name);
}

/** @param isOver says of a run that it will not be resumed, which spares a look at its controller */
export async function surveyRuns(
  { runsDir, isClaimed }: Pick<ServeOptions, 'runsDir' | 'isClaimed'>,
  isOver: (runId: string) => boolean,
): Promise<Survey> {
  const names = (await readdir(runsDir).catch((): string[] => [])).filter(isRunId).toSorted();
  const found = await Promise.all(
    names.map(async (name) => {
      const folder = join(runsDir, name);
      const { size } = (await stat(join(folder, 'events.jsonl')).catch(() => undefined)) ?? { size: 0 };
      return { name, size, live: !isOver(name) && (await isClaimed(folder)) };
    }),
  );
  return {
    there: new Set(names),
    live: new Set(found.filter(({ live }) => live).map(({ name }) => name)),
    signature: found.map(({ name, size, live }) => `${name} ${live ? 'live' : size}`).join('\n'),
  };
}
