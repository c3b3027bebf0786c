import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { CpuState } from '../arch/architecture.ts';
import { GUEST_ARCH } from '../arch/architectures.ts';
import type { QmpClient } from '../qemu/qmp.ts';

const cpusSchema = z.array(z.object({ 'thread-id': z.int() }));

/**
 * A look at all CPUs from outside, which needs nothing of the guest. Empty if QEMU prints nothing that can be read.
 * Rejects as QMP does.
 */
export async function readCpus(qmp: QmpClient, pid: number, accelerator: string): Promise<CpuState[]> {
  const text = z.string().parse(await qmp.execute('human-monitor-command', { 'command-line': 'info registers -a' }));
  const cpus = GUEST_ARCH.readRegisters(text);
  if (accelerator !== 'kvm') return cpus;
  // KVM keeps to itself that a CPU is halted; its thread sleeps then.
  const threads = cpusSchema.parse(await qmp.execute('query-cpus-fast'));
  return Promise.all(
    cpus.map(async (cpu, index): Promise<CpuState> =>
      (await readThreadState(pid, threads[index]?.['thread-id'])) === 'S' ? { ...cpu, what: 'idle' } : cpu,
    ),
  );
}

async function readThreadState(pid: number, thread: number | undefined): Promise<string | undefined> {
  return thread === undefined ? undefined : (await readStat(`/proc/${pid}/task/${thread}/stat`))?.state;
}

/** State letter and CPU time of a process of the host; `undefined` if there is none. */
export async function readStat(path: string): Promise<{ readonly state: string; readonly cpuMs: number } | undefined> {
  const text = await readFile(path, 'utf8').catch(() => '');
  // The name in brackets may hold brackets and blanks.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state = ''] = fields;
  if (state === '') return undefined;
  // The clock tick that /proc counts in has been a hundredth of a second on all architectures since 2.6.
  return { state, cpuMs: (Number(fields[11]) + Number(fields[12])) * 10 };
}
