import { spawn } from 'node:child_process';
import { createReadStream, createWriteStream } from 'node:fs';
import { lstat, readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { InfraError, UserError } from '../../orchestrator/model/errors.ts';
import type { ExecResult } from '../../orchestrator/model/guest.ts';
import { formatSize } from '../../orchestrator/model/size.ts';
import { createDeferred } from '../deferred.ts';
import type { SshConnection } from './connection.ts';
import { execOverSsh, type RunOptions } from './exec.ts';
import { quoteWord } from './quote.ts';

// Files go through `cat` and `tar`, not SFTP: every root file system has those, a folder costs one round trip
// instead of several per file, and modes and symbolic links come for free.

const DEFAULT_MAX_UPLOAD_BYTES = 256 * 2 ** 20;
const DEFAULT_MAX_DOWNLOAD_BYTES = 64 * 2 ** 20;
const MODE_BITS = 0o7777;

export async function writeOverSsh(connection: SshConnection, remotePath: string, content: NonNullable<RunOptions['stdin']>, mode = 0o644): Promise<void> {
  const path = quoteWord(remotePath);
  // The mode is set first, so that a secret is never readable for others.
  const script = `mkdir -p ${quoteWord(dirname(remotePath))} && : > ${path} && chmod ${mode.toString(8)} ${path} && cat > ${path}`;
  expectSuccess(await execOverSsh(connection, script, { stdin: content }), `writing ${remotePath} in the guest`);
}

/** Copies a file to, or a folder's content into, `remotePath`. Symbolic links inside a folder stay links. */
export async function uploadOverSsh(connection: SshConnection, localPath: string, remotePath: string, { maxBytes = DEFAULT_MAX_UPLOAD_BYTES } = {}): Promise<void> {
  const { isFolder, mode } = await measure(localPath, maxBytes);
  if (!isFolder) return writeOverSsh(connection, remotePath, createReadStream(localPath), mode);
  const tar = spawn('tar', ['-C', localPath, '--sparse', '-cf', '-', '.'], { stdio: ['ignore', 'pipe', 'pipe'] });
  let stderr = '';
  tar.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const packed = createDeferred<number | null>();
  tar.once('error', packed.reject);
  tar.once('close', packed.resolve);
  const target = quoteWord(remotePath);
  const unpacked = execOverSsh(connection, `mkdir -p ${target} && tar -C ${target} --no-same-owner -xpf -`, { stdin: tar.stdout });
  try {
    const [status, result] = await Promise.all([packed.promise, unpacked]);
    expectSuccess(result, `unpacking ${localPath} in the guest`);
    // 1: a file changed while it was read.
    if (status !== 0) throw new InfraError(`packing ${localPath} failed: ${stderr.trim()}`, { code: 'upload-failed' });
  } finally {
    tar.kill('SIGKILL');
  }
}

/** Copies one file out, at most `maxBytes` of it. */
export async function downloadOverSsh(
  connection: SshConnection,
  remotePath: string,
  localPath: string,
  { maxBytes = DEFAULT_MAX_DOWNLOAD_BYTES } = {},
): Promise<{ bytes: number; truncated: boolean }> {
  let seen = 0;
  const bound = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const room = Math.max(0, maxBytes - seen);
      seen += chunk.length;
      done(null, chunk.subarray(0, room));
    },
  });
  const written = pipeline(bound, createWriteStream(localPath));
  // If it fails, so does the command that writes into it; that error is the one to tell.
  written.catch(() => undefined);
  const result = await execOverSsh(connection, `head -c ${maxBytes + 1} < ${quoteWord(remotePath)}`, { stdoutTo: bound });
  await written;
  expectSuccess(result, `reading ${remotePath} in the guest`);
  return { bytes: Math.min(seen, maxBytes), truncated: seen > maxBytes };
}

async function measure(localPath: string, maxBytes: number): Promise<{ isFolder: boolean; mode: number }> {
  const info = await stat(localPath).catch((error: unknown) => {
    throw new UserError(`${localPath} cannot be copied to the guest: ${error instanceof Error ? error.message : String(error)}`, { code: 'upload-unreadable' });
  });
  if (!info.isFile() && !info.isDirectory()) {
    throw new UserError(`${localPath} is neither a file nor a folder`, { code: 'upload-unreadable' });
  }
  const bytes = info.isDirectory() ? await measureFolder(localPath) : info.size;
  if (bytes > maxBytes) {
    throw new UserError(`${localPath} holds ${bytes} bytes; at most ${formatSize(maxBytes)} is copied to a guest`, {
      code: 'upload-too-large',
      remedy: 'leave out what the test does not need, or put it into the image',
    });
  }
  return { isFolder: info.isDirectory(), mode: info.mode & MODE_BITS };
}

async function measureFolder(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => entry.isFile());
  let bytes = 0;
  for (const { parentPath, name } of files) bytes += (await lstat(join(parentPath, name))).size;
  return bytes;
}

function expectSuccess({ exitCode, signal, stderr }: ExecResult, what: string): void {
  if (exitCode === 0) return;
  throw new InfraError(`${what} failed: ${stderr.trim() || `exit status ${exitCode ?? signal ?? 'unknown'}`}`, { code: 'transfer-failed' });
}
