import { rm, stat } from 'node:fs/promises';
import { runTool, tryTool } from '../store/run-tool.ts';

/** By which a guest finds the disk. */
export const RESULTS_SERIAL = 'pmemrig-results';

/**
 * Makes an empty file system in a sparse file, for what a suite wants to have of a guest even if it dies. It has no
 * journal: what the guest writes (mounted with -o sync) is in its place at once, for {@link readResultsDisk} to find.
 * Rejects with InfraError.
 */
export async function createResultsDisk(path: string, sizeBytes: number): Promise<void> {
  const options = [
    '-q',
    '-F',
    '-t',
    'ext4',
    '-b',
    '4096',
    '-m',
    '0',
    '-O',
    '^has_journal,^resize_inode',
    '-E',
    'lazy_itable_init=0',
    '-L',
    'pmemrig-results',
  ];
  await runTool(['mke2fs', ...options, path, `${Math.floor(sizeBytes / 1024)}k`]);
}

/**
 * Copies a regular file out of a results disk, whether its guest still runs, hangs or is dead. Copies at most
 * `maxBytes` of it, for a sparse file of a few blocks may claim any size. Gives the bytes copied, 0 when there is
 * nothing to copy (no file is left then). `path` is the caller's own, without quotes or blanks.
 */
export async function readResultsDisk(
  disk: string,
  path: string,
  localPath: string,
  { maxBytes }: { readonly maxBytes: number },
): Promise<number> {
  if (!/^[\w./-]+$/.test(path)) throw new Error(`${path} is no path for debugfs`);
  await tryTool([
    'sh',
    '-c',
    'debugfs -R "cat $1" "$2" 2> /dev/null | head -c "$3" > "$4"',
    'sh',
    path,
    disk,
    String(maxBytes),
    localPath,
  ]);
  const { size } = await stat(localPath);
  if (size === 0) await rm(localPath);
  return size;
}
