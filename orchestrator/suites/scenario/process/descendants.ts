import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** By its value the processes of a scenario are known where they have left its session. */
export const TOKEN_VARIABLE = 'PMEMRIG_SCENARIO';

const MAX_ROUNDS = 100;
const ROUND_MS = 20;

export interface FoundProcess {
  readonly pid: number;
  readonly name: string;
}

/** What tells a scenario's processes from all others. */
interface Marks {
  /** Its session, which is the pid of the first. */
  readonly session: number;
  readonly token: string;
}

/**
 * The processes of a scenario by its session, by their parents, and by a variable in their environment. One that leaves
 * the session, loses its parent and clears its environment is not found.
 */
export async function findDescendants({ session, token }: Marks): Promise<readonly FoundProcess[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const all = (await Promise.all(pids.map(readProcess))).filter((one) => one !== undefined);
  const ours = new Set<number>();
  for (const { pid, sid, environ } of all)
    if (sid === session || environ.includes(`${TOKEN_VARIABLE}=${token}\0`)) ours.add(pid);
  for (let before = -1; before !== ours.size;) {
    before = ours.size;
    for (const { pid, parent } of all) if (ours.has(parent)) ours.add(pid);
  }
  return all.filter(({ pid, isZombie }) => ours.has(pid) && !isZombie).map(({ pid, name }) => ({ pid, name }));
}

/** Kills all that {@link findDescendants} finds, until it finds nothing. Gives those that it found at first. */
export async function killDescendants(marks: Marks): Promise<readonly FoundProcess[]> {
  const atFirst = await findDescendants(marks);
  let left = atFirst;
  for (let round = 0; left.length > 0 && round < MAX_ROUNDS; round += 1) {
    // First all stand still: what forks meanwhile would be missed.
    for (const signal of ['SIGSTOP', 'SIGKILL'] as const) for (const { pid } of left) sendSignal(pid, signal);
    await sleep(ROUND_MS);
    left = await findDescendants(marks);
  }
  return atFirst;
}

function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended meanwhile.
  }
}

interface ProcessRow extends FoundProcess {
  readonly parent: number;
  readonly sid: number;
  readonly isZombie: boolean;
  readonly environ: string;
}

async function readProcess(pid: number): Promise<ProcessRow | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    const [, name = '', rest = ''] = /^\d+ \(([^]*)\) ([^]*)$/.exec(stat) ?? [];
    const [state, parent, , sid] = rest.split(' ');
    // That of another user's process cannot be read, and it is none of ours then.
    const environ = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
    return { pid, name, parent: Number(parent), sid: Number(sid), isZombie: state === 'Z' || state === 'X', environ };
  } catch {
    return undefined;
  }
}
