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

async function refuseClaimed(path: string): Promise<void> {
  const claim = await readFile(path, 'utf8').catch(() => '');
  const [host = '', mark = ''] = claim.trim().split(' ');
  if (claim === '') return;
  const owner = host === hostname() ? await findOwner(mark) : 'unknown';
  if (owner === 'gone') return;
  if (owner === 'alive') {
    throw new UserError('another pmemrig still works on this run', { code: 'run-busy', remedy: 'wait for it, or interrupt it first (Ctrl-C)', position: { file: path } });
  }
  throw new UserError(`this run was begun on ${host === hostname() ? 'this host, but in another container' : `the host ${host}`}: whether it still goes on there cannot be seen from here`, {
    code: 'run-elsewhere',
    remedy: `if its pmemrig has surely ended, remove ${path}`,
    position: { file: path },
  });
}
