import { constants } from 'node:fs';
import { copyFile, link, lstat, mkdir, readdir, readlink, symlink } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Gives each file of a folder a second name, or copies it where the file system allows no links. That is safe: what a
 * run has written does not change any more. A folder that is not there is left out. Rejects with what the file system
 * rejects with.
 * @param wanted by the file's name
 */
export async function linkTree(
  from: string,
  to: string,
  wanted: (name: string) => boolean = () => true,
): Promise<void> {
  const names = await readdir(from).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (!names) return;
  await mkdir(to, { recursive: true });
  for (const name of names.filter((each) => wanted(each))) {
    const [source, target] = [join(from, name), join(to, name)];
    const stats = await lstat(source);
    if (stats.isDirectory()) await linkTree(source, target, wanted);
    else if (stats.isSymbolicLink()) await symlink(await readlink(source), target);
    // Neither sockets nor pipes are results.
    else if (stats.isFile()) await linkOrCopy(source, target);
  }
}

async function linkOrCopy(source: string, target: string): Promise<void> {
  try {
    await link(source, target);
  } catch (error) {
    if (!(
      error instanceof Error &&
      'code' in error &&
      ['EXDEV', 'EPERM', 'EMLINK', 'ENOTSUP', 'EOPNOTSUPP'].includes(String(error.code))
    ))
      throw error;
    await copyFile(source, target, constants.COPYFILE_FICLONE);
  }
}
