import { expect, test } from 'vitest';
import { MACHINE_TYPES } from './machine-types.ts';
import { X86_64 } from '../x86-64.ts';

test('guests get a machine that takes every device, and is not refused', () => {
  expect(X86_64.machineType).toMatchObject({ memoryDevices: true, nvdimm: 'nvdimm=on' });
  expect(X86_64.machineType.ramSplit).toBeDefined();
  expect(X86_64.machineType.refused).toBeUndefined();
});

test('a machine is listed by its own name', () => {
  for (const [name, machine] of Object.entries(MACHINE_TYPES)) expect(machine.name).toBe(name);
});
