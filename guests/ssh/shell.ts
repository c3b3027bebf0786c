import { createDeferred } from '../deferred.ts';
import type { SshConnection } from './connection.ts';

/** Joins this process's terminal to a login shell in the guest until that ends; gives its exit status. */
export async function openInteractiveShell(connection: SshConnection, { stdin, stdout } = process): Promise<number> {
  const size = () => ({ cols: stdout.columns || 80, rows: stdout.rows || 24 });
  const channel = await connection.openShell({ term: process.env['TERM'] ?? 'vt100', ...size() });

  const ended = createDeferred<number>();
  let exitCode = 0;
  channel.on('exit', (code: number | null) => (exitCode = code ?? 1));
  channel.on('close', () => ended.resolve(exitCode));

  const resize = () => channel.setWindow(size().rows, size().cols, 0, 0);
  const wasRaw = stdin.isRaw;
  // Ctrl-C and the like belong to the guest's shell.
  if (stdin.isTTY) stdin.setRawMode(true);
  stdout.on('resize', resize);
  stdin.pipe(channel.stdin);
  channel.pipe(stdout, { end: false });
  try {
    return await ended.promise;
  } finally {
    stdin.unpipe(channel.stdin);
    stdin.pause();
    stdout.off('resize', resize);
    if (stdin.isTTY) stdin.setRawMode(wasRaw);
  }
}
