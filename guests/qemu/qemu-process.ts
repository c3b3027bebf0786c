import { spawn } from 'node:child_process';
import type { Duplex, Readable } from 'node:stream';
import { createDeferred, settlesWithin } from '../deferred.ts';
import { CONSOLE_FD, CONSOLE_ID, QMP_FD, RAM_FD } from './argv.ts';
import type { QemuBinary } from './find-qemu.ts';
import { describeQemuWords } from './own-words.ts';
import { connectQmp, type QmpClient, type QmpEvent } from './qmp.ts';
import { messageOf } from '../../orchestrator/model/message-of.ts';

export interface QemuExit {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** QEMU could not be started, or ended before its QMP answered. */
export class QemuStartError extends Error {
  /** What QEMU itself said. */
  readonly stderr: string;

  constructor(message: string, stderr: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'QemuStartError';
    this.stderr = stderr;
  }
}

export interface QemuProcess {
  readonly pid: number;
  readonly qmp: QmpClient;
  /** Fulfils once QEMU is gone and all of its console and QMP output has been handed on. */
  readonly exited: Promise<QemuExit>;
  /** The end of what QEMU printed. */
  stderr(): string;
  /** A magic SysRq key, as a break on the serial line: it works when no process runs any more. */
  sendSysrq(key: string): Promise<void>;
  /** Types into the guest's console. */
  type(text: string): void;
  /** Ends it at once, as a power cut ends a machine. Fulfils when the process is gone. */
  kill(): Promise<void>;
  /** Asks, then kills. Idempotent; fulfils when the process is gone. */
  stop(): Promise<void>;
}

const MAX_STDERR_CHARS = 16 * 1024;
const QUIT_WAIT_MS = 1500;

/**
 * Starts QEMU so that it dies with this process, however that ends.
 * Rejects with {@link QemuStartError} and leaves nothing running then.
 */
export async function startQemu(options: {
  readonly qemu: QemuBinary;
  readonly argv: readonly string[];
  readonly onConsole: (chunk: Buffer) => void;
  readonly onEvent: (event: QmpEvent) => void;
  readonly startTimeoutMs: number;
  /** An open file, which QEMU inherits as {@link RAM_FD}. */
  readonly ramFd?: number;
}): Promise<QemuProcess> {
  // Not execa: the extra pipes must be duplex, which Node's `pipe` gives (a socket pair). A session of its own
  // keeps the terminal's Ctrl-C from QEMU, so that the controller ends its guests in order.
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', options.qemu.path, ...options.argv], {
    detached: true,
    stdio: inherit(options.ramFd),
  });
  let stderr = '';
  const keepOutput = (chunk: Buffer) => {
    stderr = (stderr + chunk.toString()).slice(-MAX_STDERR_CHARS);
  };
  child.stdout?.on('data', keepOutput);
  child.stderr?.on('data', keepOutput);

  const spawnFailed = createDeferred<never>();
  const exit = createDeferred<QemuExit>();
  child.once('error', (error) => {
    spawnFailed.reject(error);
    exit.resolve({ exitCode: null, signal: null });
  });
  // `close`, not `exit`: the last console lines are read by then.
  child.once('close', (exitCode, signal) => exit.resolve({ exitCode, signal }));

  const qmpStream = toDuplex(child.stdio[QMP_FD]);
  const consoleStream = toDuplex(child.stdio[CONSOLE_FD]);
  consoleStream.on('data', options.onConsole);
  // A reset of the socket is QEMU's end; `close` reports it.
  consoleStream.on('error', () => undefined);

  const kill = async () => {
    child.kill('SIGKILL');
    await exit.promise;
  };
  let qmp: QmpClient;
  try {
    qmp = await Promise.race([
      connectQmp(qmpStream, { onEvent: options.onEvent, timeoutMs: options.startTimeoutMs }),
      spawnFailed.promise,
    ]);
  } catch (error) {
    await kill();
    throw new QemuStartError(describeQemuWords(stderr, messageOf(error)), stderr, { cause: error });
  }

  let stopping: Promise<void> | undefined;
  const stop = async () => {
    // A stopped or wedged QEMU does not answer; the wait covers the question and the exit alike.
    qmp.execute('quit', undefined, { timeoutMs: QUIT_WAIT_MS }).catch(() => undefined);
    if (!(await settlesWithin(exit.promise, QUIT_WAIT_MS))) await kill();
  };
  return {
    // Defined, or connecting above had failed.
    pid: child.pid ?? 0,
    qmp,
    exited: exit.promise,
    stderr: () => stderr.trim(),
    sendSysrq: async (key) => {
      await qmp.execute('chardev-send-break', { id: CONSOLE_ID });
      consoleStream.write(key);
    },
    type: (text) => void consoleStream.write(text),
    kill,
    stop: () => (stopping ??= stop()),
  };
}

/** By their numbers in QEMU: its streams, {@link QMP_FD}, {@link CONSOLE_FD} and, if there is one, {@link RAM_FD}. */
function inherit(ramFd: number | undefined): ('ignore' | 'pipe' | number)[] {
  const inherited: ('ignore' | 'pipe' | number)[] = ['ignore', 'pipe', 'pipe', 'pipe', 'pipe'];
  if (ramFd !== undefined) inherited[RAM_FD] = ramFd;
  return inherited;
}

function toDuplex(stream: Readable | NodeJS.WritableStream | Duplex | null | undefined): Duplex {
  // Node types extra pipes as one-way streams; they are sockets.
  return stream as Duplex;
}
