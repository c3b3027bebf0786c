import { homedir } from 'node:os';
import { join } from 'node:path';

/** Content-addressed caches: kernels, images, probes. `$PMEMRIG_CACHE` overrides XDG. */
export function cacheDir(env: NodeJS.ProcessEnv = process.env): string {
  return env['PMEMRIG_CACHE'] ?? join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'pmemrig');
}

/** Where runs go unless `--runs` says otherwise. */
export function runsDir(env: NodeJS.ProcessEnv = process.env): string {
  return env['PMEMRIG_RUNS'] ?? join(env['XDG_STATE_HOME'] || join(homedir(), '.local', 'state'), 'pmemrig', 'runs');
}
