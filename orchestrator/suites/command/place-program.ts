import { basename, isAbsolute, posix, relative, resolve } from 'node:path';
import type { CommandSuiteSpec } from '../../../matrices/suites/command.ts';

/** The uploaded folder, or the folder that holds the uploaded file; the command's working directory. */
export const COMMAND_DIR = '/root/pmemrig-command';

/** Where `upload` goes: a folder's content lands in {@link COMMAND_DIR} itself. */
export function uploadTarget(upload: string, isFolder: boolean): string {
  return isFolder ? COMMAND_DIR : posix.join(COMMAND_DIR, basename(upload));
}

/**
 * The words to run in the guest. A first word that means something of `upload` becomes its place in the guest: an
 * absolute path in it, or one that starts with `./`. All else is found through the guest's PATH.
 */
export function placeArgv({ upload, argv }: CommandSuiteSpec, isFolder: boolean): readonly string[] {
  const [program = '', ...args] = argv;
  if (upload === undefined) return argv;
  if (isAbsolute(program)) {
    const inside = isFolder ? relative(upload, program) : basename(upload);
    const liesInUpload = isFolder
      ? !inside.startsWith('..') && !isAbsolute(inside)
      : resolve(program) === resolve(upload);
    return liesInUpload ? [posix.join(COMMAND_DIR, inside), ...args] : argv;
  }
  return program.startsWith('./') ? [posix.join(COMMAND_DIR, program), ...args] : argv;
}
