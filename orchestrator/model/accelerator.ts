import type { GuestSpec } from './matrix.ts';

/** What the host can do for any guest. */
export type HostAccelerator = 'kvm' | 'tcg';

/** What a guest runs by. `tcg-icount`: its clock is the count of its instructions. */
export type Accelerator = HostAccelerator | 'tcg-icount';

/**
 * A guest that counts its instructions takes 2^1 ns for each. A larger shift makes its timer ticks a larger part of all
 * that it executes: at 8 ns some 4 % of a DAX write, at 2 ns 1 %. With a smaller one a second of the guest's takes TCG
 * the longer.
 */
export const ICOUNT_SHIFT = 1;

/** Only TCG can count instructions, also on a host with KVM. */
export function acceleratorOf({ countInstructions }: GuestSpec, host: HostAccelerator): Accelerator {
  return countInstructions ? 'tcg-icount' : host;
}
