import { type Stats, statSync } from 'node:fs';
import { basename, isAbsolute, join, relative, resolve } from 'node:path';
import { UserError } from '../../model/errors.ts';
import { literalPath } from './literal-path.ts';
import { messageOf } from '../../model/message-of.ts';
import { present } from '../../model/present.ts';

/** What is run of a folder that is given without a program, the first that it has. */
const FOLDER_PROGRAMS = ['run.sh', 'test.sh', 'run'];

/** The entry of the suite that runs what follows `--`: a scenario on this host, any other command in the guest. */
export function composeCommand(
  command: readonly string[],
  { upload, timeout }: { readonly upload?: string; readonly timeout?: string },
  cwd: string,
): Readonly<Record<string, unknown>> & { readonly name: string } {
  const [program = '', ...args] = command;
  if (upload === undefined && program.endsWith(SCENARIO_ENDING))
    return { name: 'scenario', run: [findScenario(program, cwd), ...args], ...present({ timeout }) };
  return { name: 'command', ...composeProgram(command, upload, cwd), ...present({ timeout }) };
}

/** By this ending of its first word a command is a scenario, which runs on this host. */
const SCENARIO_ENDING = '.scenario.mjs';

function findScenario(program: string, cwd: string): string {
  const path = resolve(cwd, program);
  if (statIfThere(path)?.isFile() === true) return literalPath(path);
  throw new UserError(`${program}: no such file`, {
    code: 'no-command',
    remedy: 'name a scenario of this machine (docs/scenarios.md)',
  });
}

/**
 * The `upload` and `run` for what follows `--`. A first word that is a file of this host travels to the guest. A folder
 * travels whole, and its own program runs. Any other word is looked up in the guest. With `upload` that folder travels,
 * and the word is one of its programs or the guest's.
 */
function composeProgram(command: readonly string[], upload: string | undefined, cwd: string): Record<string, unknown> {
  const [program = '', ...args] = command;
  if (upload !== undefined)
    return { upload: literalPath(resolve(cwd, upload)), run: [findInUpload(program, upload, cwd), ...args] };
  const path = resolve(cwd, program);
  const found = statIfThere(path);
  if (found?.isFile() === true) return { upload: literalPath(path), run: [`./${basename(path)}`, ...args] };
  // A bare word such as `test` is a command of the guest, even if a folder of that name lies here.
  if (found?.isDirectory() === true && /\/|^\.{1,2}$/.test(program))
    return { upload: literalPath(path), run: [`./${findProgram(program, path)}`, ...args] };
  // `~` and `$` would be expanded once more where the matrix is read.
  if ((program.includes('/') && !program.startsWith('/')) || /^[~$]/.test(program)) {
    throw new UserError(`${program}: no such file`, {
      code: 'no-command',
      remedy: 'name a script, program or folder of this machine, or a command that is in the guest',
    });
  }
  return { run: command };
}

function findProgram(word: string, folder: string): string {
  const there = FOLDER_PROGRAMS.filter((name) => statIfThere(join(folder, name))?.isFile() === true);
  const found = there.find((name) => isExecutable(statIfThere(join(folder, name))));
  if (found !== undefined) return found;
  if (there[0] !== undefined)
    throw new UserError(`${join(word, there[0])} is not executable`, {
      code: 'not-executable',
      remedy: `chmod +x ${join(word, there[0])}`,
    });
  throw new UserError(`${word} is a folder without ${FOLDER_PROGRAMS.join(', ')}: which of its programs is to run?`, {
    code: 'no-command',
    remedy: `--upload ${word} -- ./PROGRAM, as it is called in that folder`,
  });
}

/** A program is named from the uploaded folder; one that is named from here, out of habit, is understood. */
function findInUpload(program: string, upload: string, cwd: string): string {
  const folder = resolve(cwd, upload);
  if (
    !program.includes('/') ||
    isAbsolute(program) ||
    statIfThere(folder)?.isDirectory() !== true ||
    statIfThere(resolve(folder, program))
  )
    return program;
  const inside = relative(folder, resolve(cwd, program));
  if (!inside.startsWith('..') && statIfThere(resolve(cwd, program))?.isFile() === true) return `./${inside}`;
  throw new UserError(`${program}: no such file in ${upload}`, {
    code: 'no-command',
    remedy: 'name the program as it is called in that folder',
  });
}

function statIfThere(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (cause) {
    throw new UserError(`${path} cannot be looked at: ${messageOf(cause)}`, {
      code: 'no-command',
      cause,
    });
  }
}

function isExecutable(stats: Stats | undefined): boolean {
  return ((stats?.mode ?? 0) & 0o111) !== 0;
}
