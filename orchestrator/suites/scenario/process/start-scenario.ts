import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Duplex, Readable } from 'node:stream';
import { packageData } from '../../../model/package-data.ts';
import { findDescendants, killDescendants, TOKEN_VARIABLE } from './descendants.ts';
import type { NameSpace } from './name-space.ts';

const CHANNEL_FD = 3;
const LEFT_FD = 4;
/** Of its JavaScript; what its children take is not limited. */
const MAX_HEAP_MIB = 512;
/** Closing of its pipes, once all its processes are gone. */
const CLOSE_MS = 2000;

/**
 * Runs the scenario, and names what it has left running. In a name space of its own this is the first process: when it
 * ends, the kernel kills the rest. Otherwise it ends its process group when the controller is gone: nothing else holds
 * the other end of its standard input.
 */
const SUPERVISOR = `
if [ $$ = 1 ]; then
  "$@" 4>&- < /dev/null
  status=$?
  for dir in /proc/[0-9]*; do
    pid=\${dir#/proc/}
    [ "$pid" != 1 ] && [ -e "$dir/exe" ] && read -r name < "$dir/comm" && echo "$pid $name"
  done >&4 2> /dev/null
  exit $status
fi
exec 5<&0
{ read -r _ <&5; kill -KILL 0; } 3>&- 4>&- > /dev/null 2>&1 &
watcher=$!
"$@" 4>&- 5<&- < /dev/null
status=$?
kill -KILL $watcher
wait $watcher 2> /dev/null
exit $status
`;

export interface ScenarioEnd {
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** `sleep (process 77)`, for each process that it left running. */
  readonly left: readonly string[];
}

export interface ScenarioProcess {
  readonly channel: Duplex;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Fulfils once all its processes are gone. Rejects where it could not be started. */
  readonly ended: Promise<ScenarioEnd>;
  /** Kills all of it at once. */
  kill(): void;
  /** How many processes it has at the moment. */
  countProcesses(): Promise<number>;
}

interface StartOptions {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Absent where the host allows none. */
  readonly nameSpace: NameSpace | undefined;
}

/** Starts a scenario so that it dies with this process, however that ends. */
export function startScenario({ file, args, cwd, env, nameSpace }: StartOptions): ScenarioProcess {
  const token = randomUUID();
  const node = [process.execPath, `--max-old-space-size=${MAX_HEAP_MIB}`];
  const program = join(packageData('orchestrator/suites/scenario/child'), 'main.mjs');
  const argv = ['sh', '-c', SUPERVISOR, 'pmemrig-scenario', ...node, program, file, ...args];
  // A session of its own keeps the terminal's Ctrl-C from it: the controller ends it.
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', ...(nameSpace ?? []), ...argv], {
    cwd,
    env: { ...env, [TOKEN_VARIABLE]: token },
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe', 'pipe', 'pipe'],
  });
  // Never written to: its end shows the end of this process.
  child.stdin.on('error', () => undefined);
  const channel = child.stdio[CHANNEL_FD] as Duplex;
  const leftStream = child.stdio[LEFT_FD] as Readable;
  for (const stream of [channel, leftStream]) stream.on('error', () => undefined);
  let leftText = '';
  leftStream.on('data', (chunk: Buffer) => {
    leftText = (leftText + chunk.toString()).slice(0, 64 * 1024);
  });
  const marks = { session: child.pid ?? 0, token };

  const exited = new Promise<{ exitCode: number | null; signal: string | null }>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (exitCode, signal) => resolve({ exitCode, signal }));
  });
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const end = async (): Promise<ScenarioEnd> => {
    const exit = await exited;
    // In a name space none is left by now.
    const outside = nameSpace === undefined ? await killDescendants(marks) : [];
    await Promise.race([closed, afterMs(CLOSE_MS)]);
    for (const stream of [child.stdin, child.stdout, child.stderr, channel, leftStream]) stream.destroy();
    const inside = leftText.split('\n').flatMap((line) => {
      const [, pid, name] = /^(\d+) (.+)$/.exec(line) ?? [];
      return pid === undefined ? [] : [`${name} (process ${pid})`];
    });
    return { ...exit, left: [...inside, ...outside.map(({ pid, name }) => `${name} (process ${pid})`)] };
  };
  return {
    channel,
    stdout: child.stdout,
    stderr: child.stderr,
    ended: end(),
    kill: () => killGroup(child),
    countProcesses: async () =>
      nameSpace === undefined ? (await findDescendants(marks)).length : countInNameSpace(child.pid ?? 0),
  };
}

/** The first process of a name space takes all others with it, and goes with this one: see `--kill-child`. */
function killGroup({ pid, exitCode, signalCode }: ChildProcess): void {
  if (pid === undefined || exitCode !== null || signalCode !== null) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}

/** Processes that the name space's own /proc shows; 0 where this kernel does not say which is its first. */
async function countInNameSpace(outer: number): Promise<number> {
  try {
    const [first = ''] = (await readFile(`/proc/${outer}/task/${outer}/children`, 'utf8')).trim().split(' ');
    return (await readdir(`/proc/${first}/root/proc`)).filter((name) => /^\d+$/.test(name)).length;
  } catch {
    return 0;
  }
}

async function afterMs(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms).unref());
}
