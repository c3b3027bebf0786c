import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { findOwner, newOwnerMark } from '../../../guests/store/owner.ts';
import { withLock } from '../../../guests/store/lock.ts';
import { UserError } from '../../model/errors.ts';
import { writeWhole } from '../../model/write-whole.ts';

/** Names the process that works on a run. It stays behind: a process that is gone claims nothing. */
const CLAIM_FILE = 'controller';

/** Makes this process the one that works on a run, see {@link claim}. */
export async function claimRun(runDir: string, log: (line: string) => void): Promise<void> {
  await claim(join(runDir, CLAIM_FILE), 'this run', log);
}

/**
 * Makes this process the one that works on something, named in the file at `path` until another takes it over. A
 * process that is gone holds nothing.
 * @param what it works on, for the messages: `this run`
 * @throws UserError when another does, or may: one on another host or in another container cannot be seen from here.
 */
export async function claim(path: string, what: string, log: (line: string) => void): Promise<void> {
  // Two that claim it at once must not both find its first owner gone.
  await withLock({ path: `${path}.lock`, what: `to work on ${what}`, log }, async () => {
    await refuseClaimed(path, what);
    await writeWhole(path, `${hostname()} ${await newOwnerMark()}\n`);
  });
}

/** Whether a process works on a run, or may: see {@link claimRun}. */
export async function isClaimed(runDir: string): Promise<boolean> {
  const found = await readClaim(join(runDir, CLAIM_FILE));
  return found !== undefined && found.owner !== 'gone';
}

/** As {@link isClaimed}, but only what is sure: a process of this host that lives. */
export async function isBeingWorkedOn(runDir: string): Promise<boolean> {
  return (await readClaim(join(runDir, CLAIM_FILE)))?.owner === 'alive';
}

async function readClaim(
  path: string,
): Promise<{ readonly host: string; readonly pid: string; readonly owner: 'alive' | 'gone' | 'unknown' } | undefined> {
  const text = await readFile(path, 'utf8').catch(() => '');
  const [host = '', mark = ''] = text.trim().split(' ');
  if (text === '') return undefined;
  return { host, pid: mark.split('-')[2] ?? '', owner: host === hostname() ? await findOwner(mark) : 'unknown' };
}

async function refuseClaimed(path: string, what: string): Promise<void> {
  const found = await readClaim(path);
  if (found === undefined || found.owner === 'gone') return;
  const { host, owner, pid } = found;
  if (owner === 'alive') {
    throw new UserError(`another pmemrig (process ${pid}) still works on ${what}`, {
      code: 'run-busy',
      remedy: 'wait for it, or interrupt it first (Ctrl-C)',
      position: { file: path },
    });
  }
  throw new UserError(
    `${what} was begun on ${host === hostname() ? 'this host, but in another container' : `the host ${host}`}: ` +
      'whether it still goes on there cannot be seen from here',
    {
      code: 'run-elsewhere',
      remedy: `if its pmemrig has surely ended, remove ${path}`,
      position: { file: path },
    },
  );
}
