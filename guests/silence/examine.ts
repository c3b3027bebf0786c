import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { GuestConsole } from '../qemu/console.ts';
import type { QemuProcess } from '../qemu/qemu-process.ts';
import type { CpuState } from '../arch/architecture.ts';
import { readCpus, readStat } from './read-cpus.ts';

const LOOKS = 10;
const LOOK_MS = 400;
/** Below this share of one host CPU a guest that wants to run does not get to. */
const STARVED_SHARE = 0.25;
/** Reads of its disks, while sampled: of a guest that swaps programs in and out, say. */
const BUSY_READS = 20;
/** Processes that one CPU was seen in: so many share it that each waits long for its turn. */
const CROWD = 6;

/** What was seen of a guest that is silent, from outside, over some seconds. */
export interface Sight {
  /** Each look at all CPUs. */
  readonly looks: readonly (readonly CpuState[])[];
  readonly printed: boolean;
  readonly diskReads: number;
  /** QEMU's share of one CPU of the host. */
  readonly cpuShare: number;
}

const blockStatsSchema = z.array(z.object({ stats: z.object({ rd_operations: z.number() }) }));

/** Watches a guest for four seconds. Rejects if QEMU does not answer. */
export async function watchFromOutside(
  { qmp, pid }: Pick<QemuProcess, 'qmp' | 'pid'>,
  console: Pick<GuestConsole, 'bytes'>,
  accelerator: string,
): Promise<Sight> {
  const read = async () => ({
    bytes: console.bytes,
    reads: blockStatsSchema
      .parse(await qmp.execute('query-blockstats'))
      .reduce((sum, { stats }) => sum + stats.rd_operations, 0),
    cpuMs: (await readStat(`/proc/${pid}/stat`))?.cpuMs ?? 0,
    at: performance.now(),
  });
  const before = await read();
  const looks: CpuState[][] = [];
  for (let look = 0; look < LOOKS; look += 1) {
    looks.push(await readCpus(qmp, pid, accelerator));
    await sleep(LOOK_MS);
  }
  const after = await read();
  return {
    looks,
    printed: after.bytes > before.bytes,
    diskReads: after.reads - before.reads,
    cpuShare: (after.cpuMs - before.cpuMs) / (after.at - before.at),
  };
}

/**
 * What explains that a guest answers nothing over SSH although it lives; `undefined` if nothing does, for its CPUs have
 * time for other things. A kernel under lockdep and TCG may be busy in one softirq for a minute, in which no process
 * runs on that CPU.
 */
export function explainSilence({ looks, printed, diskReads, cpuShare }: Sight): string | undefined {
  const cpus = looks[0]?.length ?? 0;
  if (cpus === 0) return 'its CPUs cannot be seen';
  const byCpu = Array.from({ length: cpus }, (_, cpu) => looks.flatMap((look) => look[cpu] ?? []));
  if (printed) return 'it prints on its console';
  if (diskReads >= BUSY_READS) return 'it reads its disks';
  if (byCpu.some((states) => states.every(({ what }) => what === 'kernel'))) return 'a CPU is busy in the kernel';
  const wantsToRun = byCpu.some((states) => states.some(({ what }) => what !== 'idle'));
  if (wantsToRun && !byCpu.every(isMostlyIdle) && cpuShare < STARVED_SHARE) return 'its host does not let it run';
  return byCpu.some((states) => new Set(states.map(({ space }) => space)).size >= CROWD)
    ? 'many processes share its CPUs'
    : undefined;
}

function isMostlyIdle(states: readonly CpuState[]): boolean {
  return states.filter(({ what }) => what === 'idle').length > states.length / 2;
}
