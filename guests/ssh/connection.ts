import { connect } from 'node:net';
import ssh2, { type Client, type ClientChannel } from 'ssh2';
import { createDeferred, settlesWithin } from '../deferred.ts';
import type { RunKeys } from './keys.ts';
import { messageOf } from '../../orchestrator/model/message-of.ts';

/** The connection ended while something waited on it. What that means is for the guest to judge. */
export class ConnectionLost extends Error {
  constructor(message = 'the SSH connection was lost', options?: ErrorOptions) {
    super(message, options);
    this.name = 'ConnectionLost';
  }
}

/** The connection stands, but sshd grants no session on it: its guest can't fork, or too many are open. */
export class ChannelRefused extends Error {
  constructor(cause: unknown) {
    super(`sshd of the guest refuses new sessions: ${messageOf(cause)}`, {
      cause,
    });
    this.name = 'ChannelRefused';
  }
}

/** What hangs on a connection may end a moment before the connection itself is known to be gone. */
export const LOSS_WAIT_MS = 500;

export interface SshConnection {
  /**
   * Starts a command; the channel's streams are the caller's. Rejects with {@link ConnectionLost} or {@link
   * ChannelRefused}. `attach` gets the channel before anything of it can be missed. A command that ends at once has its
   * output, exit status and close in the same packet as the word that it runs. ssh2 emits them before a promise of the
   * channel would be kept.
   */
  openExec<T>(command: string, attach: (channel: ClientChannel) => T): Promise<T>;
  /** Rejects as `openExec` does. */
  openShell(terminal: { readonly term: string; readonly cols: number; readonly rows: number }): Promise<ClientChannel>;
  /** Fulfils when the connection is gone, with the reason if one is known. */
  readonly closed: Promise<string | undefined>;
  /** So far: grows with all that the other side says, the answers to keep-alives included. */
  readonly bytesRead: number;
  close(): void;
}

export interface ConnectOptions {
  readonly port: number;
  readonly keys: RunKeys;
  readonly timeoutMs: number;
  readonly keepaliveMs: number;
  /** The other side is given up after so many silent intervals; default: never. */
  readonly maxSilentKeepalives?: number;
}

/** One attempt to log in as root at a port of this host, accepting only the run's host key. */
export async function connectSsh({
  port,
  keys,
  timeoutMs,
  keepaliveMs,
  maxSilentKeepalives = Infinity,
}: ConnectOptions): Promise<SshConnection> {
  const client = new ssh2.Client();
  const connected = createDeferred<void>();
  const closed = createDeferred<string | undefined>();
  let reason: string | undefined;

  client.once('ready', connected.resolve);
  client.on('error', (error) => {
    reason ??= error.message;
    connected.reject(error);
  });
  client.once('close', () => {
    closed.resolve(reason);
    connected.reject(new ConnectionLost(reason));
  });
  const hostKey = readPublicKey(keys.host.publicKey);
  const sock = connect({ host: '127.0.0.1', port });
  client.connect({
    sock,
    username: 'root',
    privateKey: keys.client.privateKey,
    // Pinned: any other server at this port is not our guest.
    hostVerifier: (key: Buffer) => key.equals(hostKey),
    readyTimeout: timeoutMs,
    keepaliveInterval: keepaliveMs,
    keepaliveCountMax: maxSilentKeepalives,
  });
  try {
    await connected.promise;
  } catch (error) {
    client.destroy();
    throw error;
  }
  return {
    closed: closed.promise,
    get bytesRead() {
      return sock.bytesRead;
    },
    openExec: (command, attach) => openChannel(closed.promise, (done) => client.exec(command, done), attach),
    openShell: (terminal) =>
      openChannel(
        closed.promise,
        (done) => client.shell(terminal, done),
        (channel) => channel,
      ),
    close: () => closeClient(client),
  };
}

/**
 * ssh2 throws, calls back with an error, or never calls back when the connection is gone: one rejection for all three.
 */
export function openChannel<T>(
  closed: Promise<string | undefined>,
  open: (done: (error: Error | undefined, channel: ClientChannel) => void) => void,
  attach: (channel: ClientChannel) => T,
): Promise<T> {
  const opened = createDeferred<T>();
  void closed.then(() => opened.reject(new ConnectionLost()));
  const fail = async (cause: unknown) => {
    // On a connection that stands nothing else would report the end.
    const lost = await settlesWithin(closed, LOSS_WAIT_MS);
    opened.reject(lost ? new ConnectionLost(undefined, { cause }) : new ChannelRefused(cause));
  };
  try {
    open((error, channel) => {
      if (error) void fail(error);
      else opened.resolve(attach(channel));
    });
  } catch (error) {
    void fail(error);
  }
  return opened.promise;
}

function closeClient(client: Client): void {
  client.end();
  // A wedged guest never answers the farewell.
  client.destroy();
}

function readPublicKey(line: string): Buffer {
  const key = ssh2.utils.parseKey(line);
  if (key instanceof Error) throw key;
  return key.getPublicSSH();
}
