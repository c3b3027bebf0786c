import { mkdir, readdir, readlink, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { UserError } from '../model/errors.ts';
import { nearest } from '../model/nearest.ts';
import { PINNED, runsDir } from '../model/paths.ts';
import { linkWhole } from '../model/write-whole.ts';
import { isPinName, LAST_GREEN } from './judge/baseline.ts';
import { findRun } from '../run/record/find-run.ts';
import { logLine } from '../host/log-line.ts';
import { printText } from '../host/print.ts';

export interface PinOptions {
  readonly runs?: string;
  readonly list?: boolean;
  readonly remove?: string;
  /** Moves a pin that is there already. */
  readonly force?: boolean;
}

/** `pmemrig pin RUN NAME`, `pin --list` and `pin --remove NAME`: names of runs to compare with. */
export async function pinCommand(
  run: string | undefined,
  name: string | undefined,
  { list = false, remove, force = false, ...options }: PinOptions,
): Promise<number> {
  const runs = resolve(options.runs ?? runsDir());
  if (list || remove !== undefined) {
    if (run !== undefined)
      throw new UserError(`${list ? '--list' : '--remove'} takes no run`, {
        code: 'idle-word',
        remedy: `leave ${run} out`,
      });
    return list ? listPins(runs) : removePin(runs, remove ?? '');
  }
  if (run === undefined || name === undefined)
    throw new UserError('which run, and by which name?', {
      code: 'no-pin',
      remedy: 'pmemrig pin latest v6.12, or pmemrig pin --list',
    });
  if (!isPinName(name) || name === LAST_GREEN || name === 'latest') {
    throw new UserError(`"${name}" is no name for a pin`, {
      code: 'bad-pin',
      remedy: isPinName(name)
        ? 'choose another: this one has a meaning of its own'
        : 'write letters, digits, dots, dashes and underscores: v6.12',
    });
  }
  const dir = findRun(run, runs);
  const before = await readPin(runs, name);
  if (before !== undefined && before !== basename(dir) && !force) {
    throw new UserError(`${name} is pinned to ${before} already`, {
      code: 'pin-taken',
      remedy: `choose another name, or move it: pmemrig pin --force ${run} ${name}`,
    });
  }
  await mkdir(join(runs, PINNED), { recursive: true });
  await linkWhole(join(runs, PINNED, name), relative(join(runs, PINNED), dir));
  printText(
    `${basename(dir)} is pinned as ${name}${before === undefined || before === basename(dir) ? '' : `, which was ${before}`}\n`,
  );
  return 0;
}

async function listPins(runs: string): Promise<number> {
  const names = await pinNames(runs);
  // Beside the list, which is empty: scripts read that.
  if (names.length === 0) logLine('no run is pinned: pmemrig pin latest v6.12 pins one');
  for (const name of names) {
    const there = existsSync(join(runs, PINNED, name, 'events.jsonl'));
    printText(`${name}  ${await readPin(runs, name)}${there ? '' : '  (the run is gone)'}\n`);
  }
  return 0;
}

async function removePin(runs: string, name: string): Promise<number> {
  const names = await pinNames(runs);
  if (!names.includes(name)) {
    const near = nearest(name, names);
    throw new UserError(`no run is pinned as "${name}"`, {
      code: 'no-pin',
      remedy: near === undefined ? 'pmemrig pin --list names them' : `did you mean ${near}?`,
    });
  }
  const run = await readPin(runs, name);
  await rm(join(runs, PINNED, name));
  printText(`${name} is no pin any more; it was ${run}\n`);
  return 0;
}

async function pinNames(runs: string): Promise<readonly string[]> {
  return (await readdir(join(runs, PINNED)).catch((): string[] => [])).filter((name) => isPinName(name)).toSorted();
}

/** The run's id; `undefined` if there is no such pin. */
async function readPin(runs: string, name: string): Promise<string | undefined> {
  return readlink(join(runs, PINNED, name)).then(
    (target) => basename(target),
    () => undefined,
  );
}
