import { randomBytes } from 'node:crypto';
import { readFile, readlink } from 'node:fs/promises';

/** Who made a folder: this boot of the host, a pid namespace in it, a process there and when that started. */
interface Owner {
  readonly boot: string;
  readonly namespace: string;
  readonly pid: string;
  readonly started: string;
}

/** A name for something that belongs to this process, fit for a file name and never given twice. */
export async function newOwnerMark(): Promise<string> {
  const { boot, namespace, pid, started } = await describeProcess(String(process.pid));
  return [boot, namespace, pid, started, randomBytes(4).toString('hex')].join('-');
}

/**
 * `gone` when the process of such a mark has ended, or when it is no mark. `unknown` for a process in another
 * container, which shares the folder but not the pids.
 */
export async function findOwner(mark: string): Promise<'alive' | 'gone' | 'unknown'> {
  const [boot, namespace, pid, started, random] = mark.split('-');
  if (random === undefined || pid === undefined) return 'gone';
  const now = await describeProcess(pid);
  if (boot !== now.boot) return 'gone';
  if (namespace !== now.namespace) return 'unknown';
  return started === now.started ? 'alive' : 'gone';
}

/** `started` is `none` for a pid that no process has. */
async function describeProcess(pid: string): Promise<Owner> {
  const [bootId, namespace, stat] = await Promise.all([
    readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
    readlink('/proc/self/ns/pid'),
    readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ''),
  ]);
  // proc_pid_stat(5): the name, in parentheses, may hold blanks; starttime is the 20th field after it.
  const started = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? 'none';
  return { boot: bootId.slice(0, 8), namespace: namespace.replace(/\D/g, ''), pid, started };
}
