import { readFile, rename, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { findOwner, newOwnerMark } from '../../guests/store/owner.ts';
import { withLock } from '../../guests/store/lock.ts';
import { UserError } from '../model/errors.ts';

/** Names the process that works on a run. It stays behind: a process that is gone claims nothing. */
const CLAIM_FILE = 'controller';

/**
 * Makes this process the one that works on a run.
 * @throws UserError when another does, or may: one on another host or in another container cannot be seen from here.
 */
export async function claimRun(runDir: string, log: (line: string) => void): Promise<void> {
  const path = join(runDir, CLAIM_FILE);
  // Two that resume a run at once must not both find its first controller gone.
  await withLock({ path: `${path}.lock`, what: 'to resume this run', log }, async () => {
    await refuseClaimed(path);
    const aside = `${path}.${process.pid}.tmp`;
    await writeFile(aside, `${hostname()} ${await newOwnerMark()}\n`);
    await rename(aside, path);
  });
}

/** Whether a process works on a run, or may: see {@link claimRun}. */
export async function isClaimed(runDir: string): Promise<boolean> {
  const claim = await readClaim(join(runDir, CLAIM_FILE));
  return claim !== undefined && claim.owner !== 'gone';
}

async function readClaim(path: string): Promise<{ readonly host: string; readonly owner: 'alive' | 'gone' | 'unknown' } | undefined> {
  const claim = await readFile(path, 'utf8').catch(() => '');
  const [host = '', mark = ''] = claim.trim().split(' ');
  if (claim === '') return undefined;
  return { host, owner: host === hostname() ? await findOwner(mark) : 'unknown' };
}

async function refuseClaimed(path: string): Promise<void> {
  const claim = await readClaim(path);
  if (claim === undefined || claim.owner === 'gone') return;
  const { host, owner } = claim;
  if (owner === 'alive') {
    throw new UserError('another pmemrig still works on this run', { code: 'run-busy', remedy: 'wait for it, or interrupt it first (Ctrl-C)', position: { file: path } });
  }
  throw new UserError(`this run was begun on ${host === hostname() ? 'this host, but in another container' : `the host ${host}`}: whether it still goes on there cannot be seen from here`, {
    code: 'run-elsewhere',
    remedy: `if its pmemrig has surely ended, remove ${path}`,
    position: { file: path },
  });
}
