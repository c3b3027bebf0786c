import { rm } from 'node:fs/promises';
import { execa } from 'execa';
import { inUserNamespace } from './user-namespace.ts';

/**
 * Removes a folder with all that is in it. A root file system that a normal user built holds files of
 * subordinate user ids: only the user namespace that made them may remove those.
 */
export async function removeTree(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true });
  } catch (error) {
    const [command, ...args] = inUserNamespace(['rm', '-rf', '--', path]);
    const { failed } = await execa(command, args, { reject: false });
    if (failed) throw error;
  }
}
