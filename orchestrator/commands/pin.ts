import { mkdir, rename, symlink } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';
import { UserError } from '../model/errors.ts';
import { runsDir } from '../model/paths.ts';
import { isPinName, PINNED } from './baseline.ts';
import { findRun } from './find-run.ts';

/** `pmemrig pin RUN NAME`: gives a run a name to compare with. */
export async function pinCommand(run: string, name: string, options: { readonly runs?: string }): Promise<number> {
  const runs = resolve(options.runs ?? runsDir());
  if (!isPinName(name)) throw new UserError(`"${name}" is no name for a pin`, { code: 'bad-pin', remedy: 'write letters, digits, dots, dashes and underscores: v6.12' });
  const dir = findRun(run, runs);
  await mkdir(join(runs, PINNED), { recursive: true });
  const aside = join(runs, PINNED, `.${name}.${process.pid}`);
  await symlink(relative(join(runs, PINNED), dir), aside);
  await rename(aside, join(runs, PINNED, name));
  process.stdout.write(`${basename(dir)} is pinned as ${name}\n`);
  return 0;
}
