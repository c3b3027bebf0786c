import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';

/** Below the runs: a folder of links, each named as somebody pinned a run. */
export const PINNED = 'pinned';

/** Content-addressed caches: kernels, images, probes. `$PMEMRIG_CACHE` overrides XDG. Absolute. */
export function cacheDir(env: NodeJS.ProcessEnv = process.env): string {
  return (
    ownFolder(env['PMEMRIG_CACHE']) ?? join(xdgFolder(env['XDG_CACHE_HOME']) ?? join(homeFolder(), '.cache'), 'pmemrig')
  );
}

/** Where runs go unless `--runs` says otherwise. Absolute. */
export function runsDir(env: NodeJS.ProcessEnv = process.env): string {
  return (
    ownFolder(env['PMEMRIG_RUNS']) ??
    join(xdgFolder(env['XDG_STATE_HOME']) ?? join(homeFolder(), '.local', 'state'), 'pmemrig', 'runs')
  );
}

/** The user's own defaults of flags. Absolute. */
export function ownDefaultsFile(env: NodeJS.ProcessEnv = process.env): string {
  return join(xdgFolder(env['XDG_CONFIG_HOME']) ?? join(homeFolder(), '.config'), 'pmemrig', 'config.yaml');
}

/**
 * The top for a user without a home, as in a container that runs under a number. What then cannot be made there is
 * reported with the variable to set.
 */
function homeFolder(): string {
  try {
    return homedir();
  } catch {
    return '/';
  }
}

/** A relative one is meant from where the user is; an empty one does not count. */
function ownFolder(value: string | undefined): string | undefined {
  return value ? resolve(value) : undefined;
}

/** XDG Base Directory Specification: an empty variable counts as unset, and a relative path is to be ignored. */
function xdgFolder(value: string | undefined): string | undefined {
  return value && isAbsolute(value) ? value : undefined;
}
