import type { Accelerator } from './accelerator.ts';

/** Named slots, unscaled, in ms: a message about a deadline names its slot. Real KVM hosts need a tenth of these. */
export const TIMEOUTS_MS = {
  /** Start of QEMU to the guest's "ready" line. */
  boot: 60_000,
  /** A forked guest's first instruction to its "ready" line. */
  fork: 15_000,
  /** TCP connect to the first answered command. */
  ssh: 20_000,
  /** mkfs, mount, ndctl and the like. */
  setup: 30_000,
  /** All that a suite does in a guest before its first test; each step has a deadline of its own, too. */
  open: 900_000,
  /** A line of the rig's own to come out of the kernel's log, where nothing else comes out meanwhile. */
  mark: 5_000,
  /** A question of the rig between two tests. */
  ask: 20_000,
  /** A file or folder into a guest or out of it. */
  transfer: 120_000,
  /** A guest to give a device back that is unplugged. */
  unplug: 10_000,
  /** Asking a guest to power off before it is killed. */
  teardown: 5_000,
  /** After a lost connection: how long the console may still explain it. */
  lastWords: 2_000,
} as const;

/** TCG runs about ten times slower than KVM; a busy host doubles it again. */
export function timeoutScale(accelerator: Accelerator): number {
  return SCALES[accelerator];
}

/**
 * With one vCPU that counts, a job that is given two seconds of the guest's clock was seen to take three of the host's.
 */
const SCALES: Readonly<Record<Accelerator, number>> = { kvm: 1, tcg: 3, 'tcg-icount': 6 };

/** A limit as it is and as it was asked for: `60 s (its timeout of 10 s × 6 for TCG and lockdep)`. */
export function describeTimeout(name: 'timeout' | 'deadline', timeoutSec: number, scale: number, why: string): string {
  const asked = `its ${name} of ${formatSeconds(timeoutSec)} s`;
  return scale === 1
    ? asked
    : `${formatSeconds(timeoutSec * scale)} s (${asked} × ${scale}${why === '' ? '' : ` for ${why}`})`;
}

/** To the millisecond: 3 × 0.1 is no 0.30000000000000004. */
function formatSeconds(seconds: number): string {
  return String(Number(seconds.toFixed(3)));
}
