import { randomUUID } from 'node:crypto';
import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ClientChannel } from 'ssh2';
import type { ExecOptions, ExecResult } from '../../orchestrator/model/guest.ts';
import { createDeferred, settlesWithin, withDeadline } from '../deferred.ts';
import { ConnectionLost, LOSS_WAIT_MS, type SshConnection } from './connection.ts';
import { composeCommandLine } from './quote.ts';
import { createTail, type Tail } from '../tail.ts';

const DEFAULT_MAX_OUTPUT_BYTES = 4 * 2 ** 20;
/** Marks the processes of one command, so that all of them are found at its deadline, daemons too. */
const MARKER_NAME = 'PMEMRIG_EXEC';
/** After a kill: how long the channel may take to close before it is given up. Processes in D state never die. */
const KILL_WAIT_MS = 5000;

/** The guest did not even carry out a kill: neither a result nor a lost connection. */
export class ExecStuck extends Error {
  constructor(command: string) {
    super(`the guest did not answer when \`${command}\` was to be killed at its deadline`);
    this.name = 'ExecStuck';
  }
}

export interface RunOptions extends Omit<ExecOptions, 'stdin'> {
  readonly stdin?: string | Uint8Array | Readable;
  /** Takes stdout instead of the result's `stdout`, with back pressure. */
  readonly stdoutTo?: Writable;
  /** Multiplies the rig's own waits, not the caller's `timeoutMs`. */
  readonly waitScale?: number;
}

/**
 * Runs a command to its end. At `timeoutMs` all of its processes are killed and the result says so.
 * Rejects with {@link ConnectionLost}, with ChannelRefused or with {@link ExecStuck}.
 */
export async function execOverSsh(connection: SshConnection, command: string | readonly string[], options: RunOptions = {}): Promise<ExecResult> {
  const startedAt = performance.now();
  const marker = randomUUID();
  const { cwd, env, timeoutMs, waitScale = 1 } = options;
  const line = composeCommandLine(command, { env: { ...env, [MARKER_NAME]: marker }, ...(cwd === undefined ? {} : { cwd }) });

  const run = startRun(connection, line, options);
  let timedOut = false;
  if (timeoutMs !== undefined && !(await settlesWithin(run.ended, timeoutMs))) {
    timedOut = true;
    const waitMs = KILL_WAIT_MS * waitScale;
    const stuck = () => new ExecStuck(typeof command === 'string' ? command : command.join(' '));
    const killed = await withDeadline(killMarked(connection, marker), waitMs, stuck);
    if (!(await settlesWithin(run.ended, waitMs))) {
      if (!killed) throw stuck();
      // Killed for sure, yet a process in D state or one without our mark holds the channel open.
      run.abandon();
    }
  }
  const { exitCode, signal } = await run.ended;
  return {
    exitCode,
    signal,
    stdout: run.stdout.text(),
    stderr: run.stderr.text(),
    truncated: run.stdout.truncated || run.stderr.truncated,
    timedOut,
    durationMs: performance.now() - startedAt,
  };
}

interface Run {
  readonly stdout: Tail;
  readonly stderr: Tail;
  readonly ended: Promise<{ readonly exitCode: number | null; readonly signal: string | null }>;
  /** Gives up a channel that nothing closes any more. */
  abandon(): void;
}

function startRun(connection: SshConnection, line: string, { maxOutputBytes = DEFAULT_MAX_OUTPUT_BYTES, onOutput, stdin, stdoutTo }: RunOptions): Run {
  const tails = { stdout: createTail(maxOutputBytes), stderr: createTail(maxOutputBytes) };
  const abandoned = createDeferred<void>();

  const keep = (chunk: Buffer, name: 'stdout' | 'stderr') => {
    tails[name].push(chunk);
    onOutput?.(chunk, name);
  };
  const run = async (): Promise<Awaited<Run['ended']>> => {
    const settled = await connection.openExec(line, (channel) => {
      void abandoned.promise.then(() => channel.destroy());
      if (stdoutTo === undefined) channel.on('data', (chunk: Buffer) => keep(chunk, 'stdout'));
      channel.stderr.on('data', (chunk: Buffer) => keep(chunk, 'stderr'));
      const taken = stdoutTo === undefined ? Promise.resolve() : pipeline(channel, stdoutTo);
      return { all: Promise.allSettled([waitForExit(channel, connection), feed(channel, stdin), taken]) };
    });
    // A lost connection breaks input and output along; it is the cause and comes first.
    const [end, input, output] = await settled.all;
    if (end.status === 'rejected') throw end.reason;
    if (input.status === 'rejected') throw input.reason;
    if (output.status === 'rejected') throw output.reason;
    return end.value;
  };
  const nothing = abandoned.promise.then(() => ({ exitCode: null, signal: null }));
  return { ...tails, ended: Promise.race([run(), nothing]), abandon: () => abandoned.resolve() };
}

/** Fulfils when the channel is closed: all output has come by then. */
function waitForExit(channel: ClientChannel, connection: SshConnection): Promise<{ exitCode: number | null; signal: string | null }> {
  const ended = createDeferred<{ exitCode: number | null; signal: string | null }>();
  let exit: { exitCode: number | null; signal: string | null } | undefined;
  channel.on('exit', (exitCode: number | null, signal?: string) => {
    exit = { exitCode, signal: signal ?? null };
  });
  channel.on('close', () => {
    if (exit !== undefined) return ended.resolve(exit);
    // No exit status: the connection is going, unless sshd lost just this session.
    return void settlesWithin(connection.closed, LOSS_WAIT_MS).then((lost) => (lost ? ended.reject(new ConnectionLost()) : ended.resolve({ exitCode: null, signal: null })));
  });
  return ended.promise;
}

/** Rejects, and gives the channel up, if the input cannot be read. A command that ends before it has read all is no error. */
function feed(channel: ClientChannel, stdin: RunOptions['stdin']): Promise<void> {
  const fed = createDeferred<void>();
  channel.stdin.on('error', () => undefined);
  if (stdin === undefined) channel.end();
  else if (typeof stdin === 'string' || stdin instanceof Uint8Array) channel.end(stdin);
  else {
    stdin.once('error', (error: Error) => {
      fed.reject(error);
      channel.destroy();
    });
    channel.once('close', () => stdin.destroy());
    stdin.pipe(channel.stdin);
  }
  channel.once('close', () => fed.resolve());
  return fed.promise;
}

/**
 * Kills whatever carries the marker in its environment, a few times over since it may be forking.
 * (grep's status says nothing: it is 2 when a process ended while it read.) False if the guest could not run it to its
 * end, for want of processes say.
 */
async function killMarked(connection: SshConnection, marker: string): Promise<boolean> {
  const script = `for round in 1 2 3; do
  found=$(grep -als '${MARKER_NAME}=${marker}' /proc/[0-9]*/environ)
  [ -n "$found" ] || break
  for file in $found; do pid=\${file#/proc/}; kill -KILL "\${pid%/environ}"; done
done 2>/dev/null
exit 0`;
  const { exitCode } = await startRun(connection, composeCommandLine(script), {}).ended;
  return exitCode === 0;
}
