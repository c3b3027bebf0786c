import { spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { InfraError } from '../../orchestrator/model/errors.ts';
import { createDeferred, settlesWithin } from '../deferred.ts';
import { readStat } from '../silence/read-cpus.ts';
import { createLineSplitter } from '../qemu/line-splitter.ts';

/** How a tracer came to its end. */
export type TracerEnd =
  { readonly how: 'detached' } | { readonly how: 'process-ended' } | { readonly how: 'died'; readonly why: string };

/** strace, attached to a process. */
export interface Tracer {
  readonly pid: number;
  /** Fulfils when strace is gone and its last line has been handed on; never rejects. */
  readonly ended: Promise<TracerEnd>;
  /**
   * Lets go of the process; a call that is being delayed goes on at once. A stopped process stays so. Idempotent, never
   * rejects.
   */
  detach(): Promise<TracerEnd>;
}

const ATTACH_MS = 15_000;
const DETACH_MS = 5_000;
const POLL_MS = 5;
/** A process that ends in order is gone by the next look, and strace with it. */
const DEATH_LOOK_MS = 500;
const MAX_STDERR_CHARS = 4096;
/** A path of 4096 bytes, each as `\303`, and the rest of the line. */
const MAX_LINE_CHARS = 20_000;

/** The calls by which QEMU flushes a file: fsync(2) for virtio-pmem, fdatasync(2) for a disk. */
const CALLS = 'fsync,fdatasync';

/**
 * Attaches strace to all threads of a process; it dies with this one. `inject` is what strace is to do to each flush of
 * the paths, in its words. Rejects with InfraError, and leaves nothing attached then.
 */
export async function attachTracer(options: {
  readonly pid: number;
  readonly paths: readonly string[];
  readonly inject?: string;
  readonly onLine: (line: string) => void;
}): Promise<Tracer> {
  const { pid, paths, inject, onLine } = options;
  const argv = [
    '-f',
    '-y',
    '-T',
    '-ttt',
    '-p',
    String(pid),
    ...paths.flatMap((path) => ['-P', path]),
    '-e',
    `trace=${CALLS}`,
    ...(inject === undefined ? [] : ['-e', `inject=${CALLS}:${inject}`]),
    // Apart from its own messages, which strace writes into the midst of lines. It cannot open the socket that Node
    // gives a child as a file.
    '-o',
    '|exec cat',
  ];
  // A session of its own keeps the terminal's Ctrl-C from it, which would detach it.
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', 'strace', ...argv], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, LC_ALL: 'C.UTF-8', LANGUAGE: 'C' },
  });
  const attached = createDeferred<void>();
  const ended = createDeferred<TracerEnd>();
  let stderr = '';
  let asked = false;
  let sawLastExit = false;
  let isGone = false;
  const splitter = createLineSplitter(
    (line) => {
      sawLastExit ||= line.startsWith(`${pid} `) && line.includes(' +++ ');
      onLine(line);
    },
    { maxLineChars: MAX_LINE_CHARS },
  );
  child.stdout.on('data', (chunk: Buffer) => splitter.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => {
    stderr = (stderr + chunk.toString()).slice(0, MAX_STDERR_CHARS);
    if (new RegExp(`^strace: Process ${pid} attached\\b`, 'm').test(stderr)) attached.resolve();
  });
  child.once('error', (error) => ended.resolve({ how: 'died', why: error.message }));
  // strace 6.1 hangs for ever where a process is killed while it delays a call of it, and its parent hears of no end.
  const lookForDeath = setInterval(() => {
    void readStat(`/proc/${pid}/stat`).then((stat) => {
      if (isGone) child.kill('SIGKILL');
      isGone = stat === undefined || stat.state === 'Z' || stat.state === 'X';
      return undefined;
    });
  }, DEATH_LOOK_MS);
  lookForDeath.unref();
  child.once('close', (exitCode, signal) => {
    clearInterval(lookForDeath);
    const how = signal === null ? `exit status ${exitCode}` : signal;
    const words = lastWords(stderr);
    // A line that a kill has torn is left: its death says more.
    if (!asked && !isGone && !(sawLastExit && exitCode === 0))
      return ended.resolve({ how: 'died', why: `strace ended with ${how}${words === '' ? '' : `: ${words}`}` });
    if (signal !== 'SIGKILL') splitter.end();
    ended.resolve({ how: asked ? 'detached' : 'process-ended' });
  });

  let detaching: Promise<TracerEnd> | undefined;
  const end = async (): Promise<TracerEnd> => {
    asked = true;
    child.kill('SIGINT');
    if (!(await settlesWithin(ended.promise, DETACH_MS))) {
      asked = false;
      child.kill('SIGKILL');
    }
    return ended.promise;
  };
  const tracer: Tracer = {
    // Defined, or `error` ends it.
    pid: child.pid ?? 0,
    ended: ended.promise,
    detach: () => (detaching ??= end()),
  };
  const failed = ended.promise.then((why) => {
    throw new Error(why.how === 'died' ? why.why : 'the process has ended');
  });
  failed.catch(() => undefined);
  try {
    await Promise.race([attached.promise, failed, giveUp()]);
    await waitUntilTraced(pid, tracer.pid);
    return tracer;
  } catch (error) {
    await tracer.detach();
    throw new InfraError(`strace cannot attach to QEMU: ${error instanceof Error ? error.message : String(error)}`, {
      code: 'flush-faults',
      remedy: 'see `pmemrig doctor`',
      cause: error,
    });
  }
}

async function giveUp(): Promise<never> {
  await sleep(ATTACH_MS, undefined, { ref: false });
  throw new Error(`it did not do so within ${ATTACH_MS / 1000} s`);
}

/** A thread that was made while strace attached may have been missed: it says nothing then. */
async function waitUntilTraced(pid: number, tracerPid: number): Promise<void> {
  let missed: readonly number[] = [];
  for (let waitedMs = 0; waitedMs < ATTACH_MS; waitedMs += POLL_MS) {
    missed = [];
    for (const thread of await listThreads(pid)) {
      const status = await readFile(`/proc/${pid}/task/${thread}/status`, 'utf8').catch(() => undefined);
      // One that is gone or dead flushes nothing.
      if (status === undefined || /^State:\s+[ZX]/m.test(status)) continue;
      if (!new RegExp(`^TracerPid:\\s+${tracerPid}$`, 'm').test(status)) missed = [...missed, thread];
    }
    if (missed.length === 0) return;
    await sleep(POLL_MS);
  }
  throw new Error(`its threads ${missed.join(', ')} are not traced`);
}

/** Ids of a process's threads; empty if it is gone. */
export async function listThreads(pid: number): Promise<number[]> {
  return (await readdir(`/proc/${pid}/task`).catch(() => [])).map(Number);
}

function lastWords(stderr: string): string {
  const lines = stderr.trim().split('\n');
  return (lines.find((line) => /not permitted|cannot|invalid|failed/i.test(line)) ?? lines.at(-1) ?? '').trim();
}
