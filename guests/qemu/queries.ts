import { z } from 'zod';
import { InfraError } from '../../orchestrator/model/errors.ts';
import type { QmpClient } from './qmp.ts';

// Member names differ by type; see MemoryDeviceInfo in QEMU's qapi/machine.json.
const memoryDevicesSchema = z.array(
  z.object({ type: z.string(), data: z.object({ id: z.string().optional(), addr: z.number().optional(), memaddr: z.number().optional() }) }),
);

/** Physical addresses by the `id` of `-device`. */
export async function queryMemoryDevices(qmp: QmpClient): Promise<ReadonlyMap<string, number>> {
  const devices = memoryDevicesSchema.parse(await qmp.execute('query-memory-devices'));
  const located = devices.flatMap(({ data: { id, addr, memaddr } }) => {
    const address = addr ?? memaddr;
    return id === undefined || address === undefined ? [] : [[id, address] as const];
  });
  return new Map(located);
}

/** The port of 127.0.0.1 that QEMU picked for the guest's sshd. */
export async function querySshPort(qmp: QmpClient): Promise<number> {
  const text = z.string().parse(await qmp.execute('human-monitor-command', { 'command-line': 'info usernet' }));
  const port = parseSshPort(text);
  if (port === undefined) throw new InfraError('QEMU did not say which port it forwards to the guest', { code: 'qemu-start' });
  return port;
}

/** Reads the table of `info usernet`: `TCP[HOST_FORWARD]  12  127.0.0.1 41235  10.0.2.15 22`. */
export function parseSshPort(usernet: string): number | undefined {
  const port = /TCP\[HOST_FORWARD\]\s+\d+\s+127\.0\.0\.1\s+(\d+)\s+\S+\s+22\b/.exec(usernet)?.[1];
  return port === undefined ? undefined : Number(port);
}
