import { once } from 'node:events';
import type { Server } from 'node:http';
import { hostname } from 'node:os';
import { createAdaptorServer } from '@hono/node-server';
import { UserError } from '../../orchestrator/model/errors.ts';
import { createApp } from './routes/app.ts';
import type { ServeOptions } from './runs/serve-options.ts';
import { openSite } from './runs/site.ts';

/** A server that runs. */
export interface RunningServer extends AsyncDisposable {
  /** With the port that it got. */
  readonly url: string;
}

/**
 * Serves the pages of the runs in a folder until it is disposed of, which does not wait for readers.
 * @param at `port` 0: any free one
 * @throws UserError where it cannot listen there
 */
export async function startServer(
  options: ServeOptions,
  at: { readonly host: string; readonly port: number },
): Promise<RunningServer> {
  const site = openSite(options);
  // Without further options it is a plain HTTP server.
  const server = createAdaptorServer({ fetch: createApp(site, [at.host, hostname()]).fetch }) as Server;
  try {
    server.listen(at.port, at.host);
    await once(server, 'listening');
  } catch (error) {
    site[Symbol.dispose]();
    throw explainListen(error, at);
  }
  return {
    url: urlOf(server, at.host),
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
      site[Symbol.dispose]();
    },
  };
}

function urlOf(server: Server, host: string): string {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const isAny = host === '0.0.0.0' || host === '::';
  const name = isAny ? hostname() : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}/`;
}

const REASONS: Readonly<Record<string, readonly [why: string, remedy: string]>> = {
  EADDRINUSE: ['another program listens there', 'choose another port, or --port 0 for any free one'],
  EACCES: ['a port below 1024 is for root', 'choose one from 1024 on'],
  EADDRNOTAVAIL: [
    'this host has no such address',
    'choose one that `ip address` shows, or leave --host out for 127.0.0.1',
  ],
  ENOTFOUND: ['no such name is known', 'choose an address that `ip address` shows, or leave --host out for 127.0.0.1'],
  EAI_AGAIN: [
    'no such name is known right now',
    'choose an address that `ip address` shows, or leave --host out for 127.0.0.1',
  ],
};

function explainListen(error: unknown, { host, port }: { readonly host: string; readonly port: number }): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const reason = REASONS[code];
  if (!reason) return error;
  return new UserError(`cannot listen on ${host} port ${port}: ${reason[0]}`, {
    code: 'cannot-listen',
    remedy: reason[1],
    cause: error,
  });
}
