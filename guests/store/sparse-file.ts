import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { execa } from 'execa';
import { type ToolOptions, runTool, toolFailedError } from './run-tool.ts';

/** Smaller files are read in no time. */
const SPARSE_BYTES = 256 * 2 ** 20;

/** Whether a large file has nothing on disk for more than half of it. */
export async function isMostlyHoles(path: string): Promise<boolean> {
  const { blocks, size } = await stat(path);
  return size >= SPARSE_BYTES && blocks * 512 < size / 2;
}

/**
 * Copies a file and leaves out what is zero in it, which no copy of Node's does. Rejects with InfraError, of code
 * `disk-full` where there is no room.
 */
export async function copySparse(from: string, to: string, options: Pick<ToolOptions, 'signal'> = {}): Promise<void> {
  await runTool(['cp', '--sparse=always', '--', from, to], options);
}

/**
 * sha256 over a file's data and where it lies, without its holes: GNU tar looks for those, which Node cannot. A copy with
 * other holes has another digest. Rejects with InfraError.
 */
export async function hashSparse(path: string): Promise<string> {
  const sameForAll = ['--format=gnu', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner', '--mode=600'];
  const argv = ['tar', '--create', '--sparse', ...sameForAll, '-C', dirname(path), '--', basename(path)];
  const [program = '', ...args] = argv;
  const tar = execa(program, args, { buffer: { stdout: false }, reject: false, stdin: 'ignore', encoding: 'buffer' });
  const hash = createHash('sha256');
  await pipeline(tar.stdout, hash);
  const { failed, stderr } = await tar;
  if (failed) throw toolFailedError(argv, Buffer.from(stderr).toString());
  return hash.digest('hex');
}
