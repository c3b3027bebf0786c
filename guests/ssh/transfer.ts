import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { lstat, open, readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PassThrough, pipeline as connect, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { InfraError, UserError } from '../../orchestrator/model/errors.ts';
import type { ExecResult } from '../../orchestrator/model/guest.ts';
import { formatSize } from '../../orchestrator/model/size.ts';
import { createDeferred } from '../deferred.ts';
import { blameHost } from '../store/host-error.ts';
import type { SshConnection } from './connection.ts';
import { execOverSsh, type RunOptions } from './exec.ts';
import { quoteWord } from '../../orchestrator/model/quote-word.ts';
import { messageOf } from '../../orchestrator/model/message-of.ts';

// Files go through `cat` and `tar`, not SFTP. Every root file system has those, a folder costs one round trip instead
// of several per file, and modes and symbolic links come for free.

const DEFAULT_MAX_UPLOAD_BYTES = 256 * 2 ** 20;
const DEFAULT_MAX_DOWNLOAD_BYTES = 64 * 2 ** 20;
const MODE_BITS = 0o7777;

/**
 * How long the guest's side may take. Past `timeoutMs` the transfer fails; the guest is not to blame, unless it does
 * not even end that command.
 */
export type TransferLimits = Pick<RunOptions, 'timeoutMs' | 'waitScale'>;

export async function writeOverSsh(
  connection: SshConnection,
  remotePath: string,
  content: NonNullable<RunOptions['stdin']>,
  mode = 0o644,
  limits: TransferLimits = {},
): Promise<void> {
  const path = quoteWord(remotePath);
  // The mode is set first, so that a secret is never readable for others.
  const script = `mkdir -p ${quoteWord(dirname(remotePath))} && : > ${path} && chmod ${mode.toString(8)} ${path} && cat > ${path}`;
  expectSuccess(
    await execOverSsh(connection, script, { ...limits, stdin: content }),
    `writing ${remotePath} in the guest`,
    limits,
  );
}

/**
 * Copies a file to, or a folder's content into, `remotePath`. Symbolic links inside a folder stay links.
 * Rejects with UserError if it is too large or cannot be read.
 */
export async function uploadOverSsh(
  connection: SshConnection,
  localPath: string,
  remotePath: string,
  { maxBytes = DEFAULT_MAX_UPLOAD_BYTES, ...limits }: TransferLimits & { readonly maxBytes?: number } = {},
): Promise<void> {
  const { isFolder, mode } = await measure(localPath, maxBytes);
  await (isFolder
    ? uploadFolder(connection, localPath, remotePath, limits)
    : uploadFile(connection, localPath, remotePath, mode, limits));
}

async function uploadFile(
  connection: SshConnection,
  localPath: string,
  remotePath: string,
  mode: number,
  limits: TransferLimits,
): Promise<void> {
  // Open before the command that takes it: until then no listener would hear a stream's errors.
  await using file = await open(localPath).catch((error: unknown) => {
    throw unreadable(localPath, error);
  });
  const content = file.createReadStream();
  let failure: unknown;
  content.once('error', (error) => (failure = error));
  try {
    await writeOverSsh(connection, remotePath, content, mode, limits);
  } catch (error) {
    throw error === failure ? unreadable(localPath, error) : error;
  }
}

async function uploadFolder(
  connection: SshConnection,
  localPath: string,
  remotePath: string,
  limits: TransferLimits,
): Promise<void> {
  const tar = spawn('tar', ['-C', localPath, '--sparse', '-cf', '-', '.'], { stdio: ['ignore', 'pipe', 'pipe'] });
  let stderr = '';
  tar.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const packed = createDeferred<number | null>();
  // Taken at once. Node throws away what a child printed if it is not read by the time the child has ended. A small
  // folder is packed before the guest's side is there.
  const archive = new PassThrough();
  connect(tar.stdout, archive, () => undefined);
  tar.once('error', packed.reject);
  tar.once('close', packed.resolve);
  const target = quoteWord(remotePath);
  const unpacked = execOverSsh(connection, `mkdir -p ${target} && tar -C ${target} --no-same-owner -xpf -`, {
    ...limits,
    stdin: archive,
  });
  try {
    const [status, result] = await Promise.all([packed.promise, unpacked]);
    // GNU tar: 2 for what it cannot read, 1 for a file that changed while it was read.
    if (status === 2 && !result.timedOut) throw unreadable(localPath, stderr.trim());
    expectSuccess(result, `copying ${localPath} to the guest`, limits);
    if (status !== 0) throw new InfraError(`packing ${localPath} failed: ${stderr.trim()}`, { code: 'upload-failed' });
  } finally {
    tar.kill('SIGKILL');
  }
}

/** Copies one file out, at most `maxBytes` of it. Rejects with InfraError if it cannot be written here. */
export async function downloadOverSsh(
  connection: SshConnection,
  remotePath: string,
  localPath: string,
  { maxBytes = DEFAULT_MAX_DOWNLOAD_BYTES, ...limits }: TransferLimits & { readonly maxBytes?: number } = {},
): Promise<{ bytes: number; truncated: boolean }> {
  let seen = 0;
  const bound = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const room = Math.max(0, maxBytes - seen);
      seen += chunk.length;
      done(null, chunk.subarray(0, room));
    },
  });
  const file = createWriteStream(localPath);
  let failure: unknown;
  file.once('error', (error) => (failure = error));
  const written = pipeline(bound, file);
  // If it fails, so does the command that writes into it; that error is reported.
  written.catch(() => undefined);
  const result = await execOverSsh(connection, `head -c ${maxBytes + 1} < ${quoteWord(remotePath)}`, {
    ...limits,
    stdoutTo: bound,
  }).catch((error: unknown) => {
    throw error === failure ? blameHost(`${localPath} cannot be written`, error) : error;
  });
  // A command that was ended at its deadline may have broken the file off.
  await written.catch((error: unknown) => {
    if (!result.timedOut) throw blameHost(`${localPath} cannot be written`, error);
  });
  expectSuccess(result, `reading ${remotePath} in the guest`, limits);
  return { bytes: Math.min(seen, maxBytes), truncated: seen > maxBytes };
}

async function measure(localPath: string, maxBytes: number): Promise<{ isFolder: boolean; mode: number }> {
  const info = await stat(localPath).catch((error: unknown) => {
    throw unreadable(localPath, error);
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
  try {
    const entries = await readdir(folder, { withFileTypes: true, recursive: true });
    const files = entries.filter((entry) => entry.isFile());
    let bytes = 0;
    for (const { parentPath, name } of files) bytes += (await lstat(join(parentPath, name))).size;
    return bytes;
  } catch (error) {
    throw unreadable(folder, error);
  }
}

function unreadable(localPath: string, cause: unknown): UserError {
  return new UserError(`${localPath} cannot be copied to the guest: ${messageOf(cause)}`, {
    code: 'upload-unreadable',
    cause,
  });
}

function expectSuccess(
  { exitCode, signal, stderr, timedOut }: ExecResult,
  what: string,
  { timeoutMs = 0 }: TransferLimits,
): void {
  if (timedOut) throw new InfraError(`${what} did not end within ${timeoutMs / 1000} s`, { code: 'transfer-failed' });
  if (exitCode === 0) return;
  throw new InfraError(`${what} failed: ${stderr.trim() || `exit status ${exitCode ?? signal ?? 'unknown'}`}`, {
    code: 'transfer-failed',
  });
}
