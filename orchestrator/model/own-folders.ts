import { tmpdir } from 'node:os';
import { cacheDir, runsDir } from './paths.ts';

/** A folder that the rig writes to by itself. */
export interface OwnFolder {
  /** Begins a sentence. */
  readonly name: 'The cache' | 'The folder of runs' | 'The folder of temporary files';
  readonly path: string;
  /** The variable that moves it: the one that put it there, if any did. */
  readonly variable: string;
}

export function ownFolders(
  env: NodeJS.ProcessEnv = process.env,
): readonly [cache: OwnFolder, runs: OwnFolder, temporary: OwnFolder] {
  return [
    { name: 'The cache', path: cacheDir(env), variable: pickVariable(env, 'PMEMRIG_CACHE', 'XDG_CACHE_HOME') },
    { name: 'The folder of runs', path: runsDir(env), variable: pickVariable(env, 'PMEMRIG_RUNS', 'XDG_STATE_HOME') },
    { name: 'The folder of temporary files', path: tmpdir(), variable: 'TMPDIR' },
  ];
}

/** The rig's own variable goes before the one that all programs share. */
function pickVariable(env: NodeJS.ProcessEnv, own: string, shared: string): string {
  return !env[own] && env[shared] ? shared : own;
}
