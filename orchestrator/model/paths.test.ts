import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { cacheDir, runsDir } from './paths.ts';

const HOME = homedir();

test.each([
  ['our own variable wins', { PMEMRIG_CACHE: '/c', XDG_CACHE_HOME: '/x' }, '/c'],
  ['a relative one is meant from the current folder', { PMEMRIG_CACHE: 'c' }, resolve('c')],
  ['an empty one counts as unset', { PMEMRIG_CACHE: '', XDG_CACHE_HOME: '/x' }, '/x/pmemrig'],
  ['an empty XDG variable counts as unset', { XDG_CACHE_HOME: '' }, `${HOME}/.cache/pmemrig`],
  ['a relative XDG path is ignored', { XDG_CACHE_HOME: 'x' }, `${HOME}/.cache/pmemrig`],
])('the cache: %s', (_, env, expected) => expect(cacheDir(env)).toBe(expected));

test.each([
  ['our own variable wins', { PMEMRIG_RUNS: '/r', XDG_STATE_HOME: '/x' }, '/r'],
  ['a relative one is meant from the current folder', { PMEMRIG_RUNS: 'r' }, resolve('r')],
  ['an empty one counts as unset', { PMEMRIG_RUNS: '', XDG_STATE_HOME: '/x' }, '/x/pmemrig/runs'],
  ['a relative XDG path is ignored', { XDG_STATE_HOME: 'x' }, `${HOME}/.local/state/pmemrig/runs`],
])('the runs: %s', (_, env, expected) => expect(runsDir(env)).toBe(expected));
