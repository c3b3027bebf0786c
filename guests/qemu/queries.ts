import { z } from 'zod';
import { InfraError } from '../../orchestrator/model/errors.ts';
import { parseEach } from '../../orchestrator/model/parse-each.ts';
import type { QmpClient } from './qmp.ts';

// Member names differ by type; see MemoryDeviceInfo in QEMU's qapi/machine.json.
const memoryDeviceSchema = z.object({
  type: z.string(),
  data: z.object({ id: z.string().optional(), addr: z.number().optional(), memaddr: z.number().optional() }),
});

export interface MemoryDevices {
  /** Physical addresses by the `id` of `-device`. */
  readonly addresses: ReadonlyMap<string, number>;
  /** Why an entry of QEMU's list cannot be read, for each that is odd. */
  readonly unread: readonly string[];
}

/** Where QEMU put the memory devices. Throws on what is no list. */
export async function queryMemoryDevices(qmp: QmpClient): Promise<MemoryDevices> {
  const { good, odd } = parseEach(
    z.array(z.unknown()).parse(await qmp.execute('query-memory-devices')),
    memoryDeviceSchema,
  );
  const located = good.flatMap(({ data: { id, addr, memaddr } }) => {
    const address = addr ?? memaddr;
    return id === undefined || address === undefined ? [] : [[id, address] as const];
  });
  return { addresses: new Map(located), unread: odd.map(({ why }) => why) };
}

/** The port of 127.0.0.1 that QEMU picked for the guest's sshd. */
export async function querySshPort(qmp: QmpClient): Promise<number> {
  const text = z.string().parse(await qmp.execute('human-monitor-command', { 'command-line': 'info usernet' }));
  const port = parseSshPort(text);
  if (port === undefined)
    throw new InfraError('QEMU did not say which port it forwards to the guest', { code: 'qemu-start' });
  return port;
}

/** Reads the table of `info usernet`: `TCP[HOST_FORWARD]  12  127.0.0.1 41235  10.0.2.15 22`. */
export function parseSshPort(usernet: string): number | undefined {
  const port = /TCP\[HOST_FORWARD\]\s+\d+\s+127\.0\.0\.1\s+(\d+)\s+\S+\s+22\b/.exec(usernet)?.[1];
  return port === undefined ? undefined : Number(port);
}
