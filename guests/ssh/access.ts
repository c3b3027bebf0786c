import { readFile, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { createDeferred } from '../deferred.ts';
import { connectSsh } from './connection.ts';
import { execOverSsh } from './exec.ts';
import { openInteractiveShell } from './shell.ts';

/** What lets another process of this user into a running guest, as root: it is for that user's eyes alone. */
export interface GuestAccess {
  /** The port on 127.0.0.1. */
  readonly port: number;
  /** OpenSSH format. */
  readonly clientKey: string;
  /** One line; pinned. */
  readonly hostKey: string;
}

const accessSchema = z.object({ port: z.int(), clientKey: z.string(), hostKey: z.string() });

/** Writes it where no other user can read it, with what else is to be known of the guest. */
export async function writeAccess(
  path: string,
  access: GuestAccess,
  about: Readonly<Record<string, string>>,
): Promise<void> {
  await writeFile(path, `${JSON.stringify({ ...access, about }, undefined, 2)}\n`, { mode: 0o600, flag: 'wx' });
}

/** What {@link writeAccess} wrote; `undefined` if there is none, or it is no such file. */
export async function readAccess(
  path: string,
): Promise<(GuestAccess & { readonly about: Readonly<Record<string, string>> }) | undefined> {
  try {
    return accessSchema
      .extend({ about: z.record(z.string(), z.string()) })
      .parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return undefined;
  }
}

const CONNECT_MS = 60_000;
const KEEPALIVE_MS = 30_000;

/**
 * Joins this process's terminal to a shell in the guest, or runs a command there with its output on this process's
 * streams. Gives the exit status, or undefined when the guest went meanwhile. Rejects when another server answers at
 * the port, or no server does.
 */
export async function joinGuest(
  { port, clientKey, hostKey }: GuestAccess,
  command: readonly string[],
): Promise<number | undefined> {
  // The public half of the client's key and the private one of the host's are the guest's to know.
  const keys = { client: { privateKey: clientKey, publicKey: '' }, host: { privateKey: '', publicKey: hostKey } };
  const connection = await connectSsh({
    port,
    keys,
    timeoutMs: CONNECT_MS,
    keepaliveMs: KEEPALIVE_MS,
    maxSilentKeepalives: 3,
  });
  const gone = createDeferred<undefined>();
  void connection.closed.then(() => gone.resolve(undefined));
  try {
    if (command.length === 0) return await Promise.race([openInteractiveShell(connection), gone.promise]);
    const run = execOverSsh(connection, command, { onOutput: (chunk, stream) => void process[stream].write(chunk) });
    const ended = await Promise.race([run.catch(() => undefined), gone.promise]);
    return ended && (ended.exitCode ?? 1);
  } finally {
    connection.close();
  }
}
