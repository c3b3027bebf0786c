import { randomUUID } from 'node:crypto';
import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ClientChannel } from 'ssh2';
import type { ExecOptions, ExecResult } from '../../orchestrator/model/guest.ts';
import { nameSignal } from '../../orchestrator/model/signals.ts';
import { createDeferred, settlesWithin, withDeadline } from '../deferred.ts';
import { ConnectionLost, LOSS_WAIT_MS, type SshConnection } from './connection.ts';
import { containCommand, MARKER_NAME, parseSweep, type Sweep, sweepScript } from './contain.ts';
import { composeCommandLine, composeWords } from './quote.ts';
import { createTail, type Tail } from '../store/tail.ts';
import { present } from '../../orchestrator/model/present.ts';

const DEFAULT_MAX_OUTPUT_BYTES = 4 * 2 ** 20;
/** After a kill: how long the channel may take to close before it is given up. Processes in D state never die. */
const KILL_WAIT_MS = 5000;
/** sshd's name of any signal that RFC 4254 has no name for, as ssh2 hands it out. */
const NAMELESS_SIGNAL = 'SIGSIG@openssh.com';

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
  /** Measures `timeoutMs`; the host's clock if it is absent. */
  readonly clock?: { readonly settlesWithin: typeof settlesWithin };
}

interface Exit {
  readonly exitCode: number | null;
  readonly signal: string | null;
}

/**
 * Runs a command to its end. At `timeoutMs` all of its processes are killed and the result says so.
 * Rejects with {@link ConnectionLost}, with ChannelRefused or with {@link ExecStuck}.
 */
export async function execOverSsh(
  connection: SshConnection,
  command: string | readonly string[],
  options: RunOptions = {},
): Promise<ExecResult> {
  const startedAt = performance.now();
  const marker = randomUUID();
  const { contained = false, cwd, env, timeoutMs, waitScale = 1, clock = { settlesWithin } } = options;
  const words = contained ? containCommand(composeWords(command), marker) : command;
  const line = composeCommandLine(words, {
    env: { ...env, [MARKER_NAME]: marker },
    ...(cwd === undefined ? {} : { cwd }),
  });
  const waitMs = KILL_WAIT_MS * waitScale;
  const stuck = () => new ExecStuck(typeof command === 'string' ? command : command.join(' '));

  const run = startRun(connection, line, options);
  const ended = contained ? Promise.race([run.exited, run.ended]) : run.ended;
  const timedOut = timeoutMs === undefined ? (await ended, false) : !(await clock.settlesWithin(ended, timeoutMs));
  let sweep: Sweep | undefined;
  if (timedOut) {
    sweep = await withDeadline(sweepUp(connection, marker), waitMs, stuck);
    if (!(await settlesWithin(run.ended, waitMs))) {
      if (!sweep) throw stuck();
      // Killed for sure, yet a process in D state or one without our mark holds the channel open.
      run.abandon();
    }
  } else if (contained) {
    // With the last process that holds them the streams end, and only then all output has come. A guest that cannot do
    // this has had its result.
    sweep = await withDeadline(sweepUp(connection, marker), waitMs, stuck).catch(() => undefined);
    if (!(await settlesWithin(run.ended, waitMs))) run.abandon();
  }
  const exit = await run.ended;
  return {
    ...(contained && !timedOut ? nameEnd(exit, sweep) : nameSignalOf(exit)),
    stdout: run.stdout.text(),
    stderr: run.stderr.text(),
    truncated: run.stdout.truncated || run.stderr.truncated,
    timedOut,
    durationMs: performance.now() - startedAt,
    ...(contained && { leftBehind: describeLeft(sweep) }),
  };
}

/** `time` gives a signal's number as its own exit status: without its word a status that is one may be either. */
function nameEnd(exit: Exit, sweep: Sweep | undefined): Exit & Pick<ExecResult, 'orSignal'> {
  if (exit.signal !== null || exit.exitCode === null) return nameSignalOf(exit);
  if (sweep?.end) return sweep.end.signal === null ? exit : { exitCode: null, signal: sweep.end.signal };
  const orSignal = nameSignal(exit.exitCode);
  return { ...exit, ...present({ orSignal }) };
}

function nameSignalOf({ exitCode, signal }: Exit): Exit {
  return {
    exitCode,
    signal:
      signal === NAMELESS_SIGNAL ? 'SIGBUS, SIGTRAP, SIGSYS or a real-time signal: SSH has no name for it' : signal,
  };
}

function describeLeft(sweep: Sweep | undefined): readonly string[] {
  if (sweep === undefined) return ['the guest could not be asked what it left running'];
  return sweep.left.map((process) =>
    sweep.stuck.includes(process)
      ? `${process} was left running and could not be killed`
      : `${process} was left running and was killed`,
  );
}

interface Run {
  readonly stdout: Tail;
  readonly stderr: Tail;
  /** Fulfils when the main process has ended; others may hold the streams open. */
  readonly exited: Promise<void>;
  /** Fulfils when the streams have ended, too. */
  readonly ended: Promise<Exit>;
  /** Gives up a channel that nothing closes any more. */
  abandon(): void;
}

function startRun(
  connection: SshConnection,
  line: string,
  { maxOutputBytes = DEFAULT_MAX_OUTPUT_BYTES, onOutput, stdin, stdoutTo }: RunOptions,
): Run {
  const tails = { stdout: createTail(maxOutputBytes), stderr: createTail(maxOutputBytes) };
  const abandoned = createDeferred<void>();
  const exited = createDeferred<void>();
  let exit: Exit = { exitCode: null, signal: null };

  const keep = (chunk: Buffer, name: 'stdout' | 'stderr') => {
    tails[name].push(chunk);
    onOutput?.(chunk, name);
  };
  const run = async (): Promise<Exit> => {
    const settled = await connection.openExec(line, (channel) => {
      void abandoned.promise.then(() => channel.destroy());
      channel.on('exit', (exitCode: number | null, signal?: string) => {
        exit = { exitCode, signal: signal ?? null };
        exited.resolve();
      });
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
  return {
    ...tails,
    exited: exited.promise,
    ended: Promise.race([run(), abandoned.promise.then(() => exit)]),
    abandon: () => abandoned.resolve(),
  };
}
/** Fulfils when the channel is closed: all output has come by then. */
function waitForExit(
  channel: ClientChannel,
  connection: SshConnection,
): Promise<{ exitCode: number | null; signal: string | null }> {
  const ended = createDeferred<{ exitCode: number | null; signal: string | null }>();
  let exit: { exitCode: number | null; signal: string | null } | undefined;
  channel.on('exit', (exitCode: number | null, signal?: string) => {
    exit = { exitCode, signal: signal ?? null };
  });
  channel.on('close', () => {
    if (exit !== undefined) return ended.resolve(exit);
    // No exit status: the connection is going, unless sshd lost just this session.
    return void settlesWithin(connection.closed, LOSS_WAIT_MS).then((lost) =>
      lost ? ended.reject(new ConnectionLost()) : ended.resolve({ exitCode: null, signal: null }),
    );
  });
  return ended.promise;
}

/**
 * Rejects, and gives the channel up, if the input cannot be read. A command that ends before it has read all is no
 * error.
 */
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

/** `undefined` if the guest could not run the script to its end, for want of processes say. */
async function sweepUp(connection: SshConnection, marker: string): Promise<Sweep | undefined> {
  const run = startRun(connection, composeCommandLine(sweepScript(marker)), {});
  const { exitCode } = await run.ended;
  return exitCode === 0 ? parseSweep(run.stdout.text()) : undefined;
}
