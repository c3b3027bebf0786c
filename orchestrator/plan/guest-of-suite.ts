import type { GuestSpec, SuiteSpec } from '../model/matrix.ts';

/** The guest that a suite's cells get: QEMU counts the instructions of a single vCPU alone. */
export function guestOfSuite(suite: SuiteSpec, guest: GuestSpec): GuestSpec {
  return countsInstructions(suite) ? { ...guest, cpus: 1, countInstructions: true } : guest;
}

export function countsInstructions(suite: SuiteSpec): boolean {
  return suite.kind === 'fio' && suite.measure === 'instructions';
}
