import { traitsOf } from '../../orchestrator/model/device-kinds.ts';
import { UserError } from '../../orchestrator/model/errors.ts';
import type { PmemDevice } from '../../orchestrator/model/pmem.ts';
import type { Architecture } from '../arch/architecture.ts';
import type { MachineType } from '../arch/machine-type.ts';
import { KINDS } from './kinds.ts';

/**
 * The machine for a topology: the architecture's usual one if it carries all devices, else the first that does.
 * @throws UserError where none does, with what each of them lacks
 */
export function chooseMachineType(
  { machineType, machineTypes }: Pick<Architecture, 'machineType' | 'machineTypes'>,
  devices: readonly PmemDevice[],
): MachineType {
  const types = new Set([machineType, ...Object.values(machineTypes)]);
  const reasons: string[] = [];
  for (const type of types) {
    const why = whyNot(type, devices);
    if (why === undefined) return type;
    reasons.push(`${type.name}: ${why}`);
  }
  throw new UserError(`no machine of QEMU carries these devices (${reasons.join('; ')})`, {
    code: 'no-machine',
    remedy: 'spread them over several topologies',
  });
}

function whyNot(type: MachineType, devices: readonly PmemDevice[]): string | undefined {
  return (
    type.refused ??
    devices.map((device) => whatIsLacking(type, device)).find((reason): reason is string => reason !== undefined)
  );
}

function whatIsLacking(type: MachineType, device: PmemDevice): string | undefined {
  if (traitsOf(device).isMemoryDevice && !type.memoryDevices) return 'it has no memory devices';
  return KINDS[device.kind].inQemu.lacks?.(type);
}
