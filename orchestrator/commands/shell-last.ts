import { readdir, rm } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { type GuestAccess, joinGuest, readAccess } from '../../guests/ssh/access.ts';
import { needsAttention } from '../../reports/fold/outcomes.ts';
import { summarizeRun } from '../../reports/fold/summarize-run.ts';
import { UserError } from '../model/errors.ts';
import { runsDir } from '../model/paths.ts';
import { isClaimed } from '../run/record/claim-run.ts';
import { ACCESS_FILE } from '../run/attempt/keep-guest.ts';
import { readRunMatrix, restoreCell } from '../run/resume/resume-run.ts';
import { bootShell } from './execute/boot-shell.ts';
import { findRun } from '../run/record/find-run.ts';
import { logLine } from '../host/log-line.ts';
import { requireTerminal } from './shell.ts';
import { messageOf } from '../model/message-of.ts';
import { present } from '../model/present.ts';

export interface LastOptions {
  readonly last?: boolean;
  /** Boots the same guest again instead. */
  readonly anew?: boolean;
  readonly runs?: string;
}

/** A guest is kept by the newest runs, if at all. */
const MAX_RUNS = 50;

interface Found {
  readonly access: GuestAccess;
  readonly about: Readonly<Record<string, string>>;
  readonly runId: string;
}

/**
 * `pmemrig shell --last [-- COMMAND]`: a session in the guest that `pmemrig once --keep-guest` holds, which outlives
 * it. With `anew` the session is in a guest that is booted again as the last run's: with the kernel, devices and file
 * system of the cell that failed there. Gives the session's exit status.
 */
export async function shellLastCommand(
  command: readonly string[],
  { anew = false, runs }: LastOptions,
): Promise<number> {
  if (command.length === 0) requireTerminal();
  const dir = resolve(runs ?? runsDir());
  if (anew) return bootLast(dir, command);
  const found = await findKept(dir);
  if (!found) throw await noGuest(dir);
  const { access, about, runId } = found;
  if (command.length === 0)
    logLine(`the guest of ${about['cell']} as ${about['test']} left it, in ${runId}; it stays when this session ends`);
  const status = await joinGuest(access, command).catch((cause: unknown) => {
    throw new UserError(`the guest that ${runId} held does not answer any more: ${messageOf(cause)}`, {
      code: 'guest-gone',
      remedy: 'boot such a one again: pmemrig shell --last --anew',
      cause,
    });
  });
  if (status === undefined) logLine('the guest has gone');
  return status ?? 1;
}

/** The newest guest whose holder is alive. What a killed one left is removed: its guest died with it. */
async function findKept(runs: string): Promise<Found | undefined> {
  const ids = (await readdir(runs).catch((): string[] => []))
    .filter((name) => /^\d{8}-\d{6}-/.test(name))
    .toSorted()
    .toReversed()
    .slice(0, MAX_RUNS);
  for (const runId of ids) {
    const guests = join(runs, runId, 'guests');
    for (const guest of await readdir(guests).catch((): string[] => [])) {
      const path = join(guests, guest, ACCESS_FILE);
      const access = await readAccess(path);
      if (!access) continue;
      if (await isClaimed(join(runs, runId))) return { access, about: access.about, runId };
      await rm(path, { force: true });
    }
  }
  return undefined;
}

async function noGuest(runs: string): Promise<UserError> {
  const last = await readdir(join(runs, 'latest')).then(
    () => true,
    () => false,
  );
  return new UserError(`no guest is held by any run in ${runs}: it goes when its pmemrig ends`, {
    code: 'guest-gone',
    remedy: last ? "boot the last run's again: pmemrig shell --last --anew" : 'keep one: pmemrig once --keep-guest …',
  });
}

/** The first cell in which something failed, else the first, of the latest run. */
async function bootLast(runs: string, command: readonly string[]): Promise<number> {
  const runDir = findRun('latest', runs);
  const { cells } = await summarizeRun(runDir);
  const chosen = cells.find(({ tests }) => tests.some(({ outcome }) => needsAttention(outcome))) ?? cells[0];
  if (!chosen)
    throw new UserError(`${basename(runDir)} has no cell`, {
      code: 'no-cell',
      remedy: 'name the guest: pmemrig shell MATRIX CELL',
    });
  const matrix = await readRunMatrix(runDir);
  logLine(`again: ${chosen.id} of ${basename(runDir)}`);
  return bootShell({
    cell: restoreCell({ ...chosen, tests: [] }, matrix, runDir),
    ...present({ qemu: matrix.qemu }),
    command,
  });
}
