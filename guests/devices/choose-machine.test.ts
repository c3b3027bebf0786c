import { expect, test } from 'vitest';
import type { PmemDevice } from '../../orchestrator/model/pmem.ts';
import type { MachineType } from '../arch/machine-type.ts';
import { X86_64 } from '../arch/x86-64.ts';
import { chooseMachineType } from './choose-machine.ts';
import { exampleDevices } from './compose-devices.ts';

/** A machine for memory devices, without a place for NVDIMMs or for `memmap=`. */
const BARE: MachineType = { name: 'bare', flags: [], panicDevice: 'pvpanic', memoryDevices: true };

const [nvdimm, virtioPmem, e820] = exampleDevices();

function choose(types: readonly [MachineType, ...MachineType[]], device: PmemDevice | undefined): string {
  const machineTypes = Object.fromEntries(types.map((type) => [type.name, type]));
  return chooseMachineType({ machineType: types[0], machineTypes }, device ? [device] : []).name;
}

test('the usual machine carries a device of each kind', () =>
  expect(chooseMachineType(X86_64, exampleDevices())).toBe(X86_64.machineType));

test('a device that the usual machine cannot carry gets another', () => {
  expect(choose([BARE, X86_64.machineType], virtioPmem)).toBe('bare');
  expect(choose([BARE, X86_64.machineType], nvdimm)).toBe('pc');
});

test('where no machine will do, each is named with what it lacks', () => {
  expect(() => choose([BARE], nvdimm)).toThrow('no machine of QEMU carries these devices (bare: it has no NVDIMMs)');
  expect(() => choose([BARE], e820)).toThrow('bare: memmap= has no known place in it');
  expect(() => choose([{ ...BARE, memoryDevices: false }], virtioPmem)).toThrow('bare: it has no memory devices');
});

test('a machine that is refused is never chosen', () => {
  const { microvm } = X86_64.machineTypes;
  if (microvm === undefined) throw new Error('microvm is not listed');
  expect(choose([microvm, X86_64.machineType], undefined)).toBe('pc');
  expect(() => choose([microvm], undefined)).toThrow(/\(microvm: .* at address 0\)$/);
});
