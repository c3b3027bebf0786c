import { realpath } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { PINNED } from '../../../orchestrator/model/paths.ts';
import { NotFound } from './not-found.ts';
import { isRunId } from './survey-runs.ts';

const PIN_PREFIX = 'pinned:';

/** A run as an address names it. */
export interface FoundRun {
  readonly runId: string;
  /** Free of links. */
  readonly dir: string;
}

/**
 * The run that an id, `latest` or `pinned:NAME` stands for right now.
 * @throws NotFound when there is none
 */
export async function findRunFolder(runsDir: string, name: string): Promise<FoundRun> {
  const link =
    name === 'latest'
      ? join(runsDir, 'latest')
      : name.startsWith(PIN_PREFIX) && isFileName(name.slice(PIN_PREFIX.length))
        ? join(runsDir, PINNED, name.slice(PIN_PREFIX.length))
        : undefined;
  const target = link === undefined ? undefined : await realpath(link).catch(() => undefined);
  const runId = target === undefined ? name : basename(target);
  if (!isRunId(runId))
    throw new NotFound(
      link === undefined
        ? `"${name}" is no run's id.`
        : `No run is ${name === 'latest' ? 'the latest' : `pinned as ${name.slice(PIN_PREFIX.length)}`}.`,
    );
  const dir = target ?? (await realpath(join(runsDir, runId)).catch(() => undefined));
  if (dir === undefined)
    throw new NotFound(
      `The run ${runId} is not in this folder, or not any more: ` +
        'it may have been removed as an old one (pmemrig prune). What its tests came to stays in the history.',
    );
  return { runId, dir };
}

function isFileName(name: string): boolean {
  return /^[\w][\w.-]*$/.test(name);
}
