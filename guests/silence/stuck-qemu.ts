import { z } from 'zod';
import type { QemuProcess } from '../qemu/qemu-process.ts';
import { readStat } from './read-cpus.ts';
import { messageOf } from '../../orchestrator/model/message-of.ts';

/**
 * States in which QEMU holds a guest for the guest's own doing. In others that do not run, the host or somebody on it
 * has paused it.
 */
const OWN_DOING: ReadonlySet<string> = new Set(['suspended', 'guest-panicked', 'watchdog', 'shutdown']);
const statusSchema = z.object({ running: z.boolean(), status: z.string() });

/** A process that a signal or a debugger stopped. */
export async function isStopped(pid: number): Promise<boolean> {
  return /^[Tt]$/.test((await readStat(`/proc/${pid}/stat`))?.state ?? '');
}

/** Why QEMU and not its guest stands still; `undefined` if QEMU runs the guest. */
export async function whyStuck({ pid, qmp }: Pick<QemuProcess, 'pid' | 'qmp'>): Promise<string | undefined> {
  if (await isStopped(pid)) return `QEMU (process ${pid}) was stopped by a signal or a debugger`;
  try {
    const { running, status } = statusSchema.parse(await qmp.execute('query-status'));
    return running || OWN_DOING.has(status) ? undefined : `QEMU holds the guest (its state: ${status})`;
  } catch (error) {
    return `QEMU itself does not answer: ${messageOf(error)}`;
  }
}
