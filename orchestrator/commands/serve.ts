import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { startServer } from '../../reports/serve/start-server.ts';
import { UserError } from '../model/errors.ts';
import { runsDir } from '../model/paths.ts';
import { isClaimed } from '../run/record/claim-run.ts';
import { interruptSignal } from '../run/interrupt.ts';
import { logLine } from '../host/log-line.ts';
import { printText } from '../host/print.ts';

export interface ServeVerbOptions {
  readonly port: number;
  readonly host: string;
  readonly runs?: string;
}

/** `pmemrig serve`: pages over all runs until it is interrupted, which is how it is meant to end: exit status 0. */
export async function serveCommand({ port, host, runs }: ServeVerbOptions): Promise<number> {
  const dir = resolve(runs ?? runsDir());
  if (!existsSync(dir))
    throw new UserError(`there is no folder of runs ${dir}`, {
      code: 'no-runs',
      remedy: 'name it with --runs DIR, or run a matrix first: pmemrig run matrices/smoke.yaml',
    });
  using interrupt = interruptSignal();
  await using server = await startServer({ runsDir: dir, isClaimed, log: logLine, signal: interrupt }, { host, port });
  printText(`${server.url} shows the runs in ${dir}; Ctrl-C ends it\n`);
  if (!isLoopback(host)) logLine('whoever reaches this port can read all files of these runs');
  if (!interrupt.aborted) await once(interrupt, 'abort');
  return 0;
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}
