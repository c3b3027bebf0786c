import { BOOT_TEST, type Cell, PMEM_TEST } from '../model/cell.ts';
import { GuestDeath } from '../model/errors.ts';
import type { TestResult } from '../model/outcome.ts';
import { resultOfError } from './attempt.ts';
import { type CellEnvironment, emitTestEnd } from './cell-environment.ts';
import type { BootedGuest, GuestSlot } from './guest-slot.ts';

/**
 * The slot's guest, or a new one with its pmem set up and verified; `undefined` when none can be had, which
 * is then reported as the cell's `guest/boot` or `guest/pmem`. `attempt` counts the guests of this cell from 1.
 */
export async function readyGuest(cell: Cell, slot: GuestSlot, env: CellEnvironment, attempt: number): Promise<BootedGuest | undefined> {
  const shared = slot.current;
  if (shared) {
    for (const test of [BOOT_TEST, PMEM_TEST]) {
      env.emit({ type: 'test-start', cell: cell.id, test, attempt, guest: shared.guest.id });
      emitTestEnd(env, { cell: cell.id, test, attempt, durationMs: 0 }, { status: 'pass', message: `guest ${shared.guest.id} was booted for an earlier cell` });
    }
    return shared;
  }
  // The wait for room on the host is not the boot's.
  await slot.reserve(cell);
  const booted = await step(BOOT_TEST, async () => {
    const { guest } = await slot.boot(cell);
    return { status: 'pass', metrics: [{ name: 'boot', value: guest.bootMs / 1000, unit: 's', better: 'lower' }] };
  });
  return booted && (await step(PMEM_TEST, async () => setUpPmem(slot))) ? slot.current : undefined;

  /** Runs one step as a test of its own; a guest that dies in it, or a host that fails, is that test's result. */
  async function step(test: string, run: () => Promise<TestResult>): Promise<boolean> {
    env.emit({ type: 'test-start', cell: cell.id, test, attempt });
    const start = performance.now();
    let result: TestResult;
    try {
      result = await run();
    } catch (error) {
      env.signal.throwIfAborted();
      result = resultOfError(error);
      await slot.discard(error instanceof GuestDeath ? error : undefined);
    }
    emitTestEnd(env, { cell: cell.id, test, attempt, durationMs: performance.now() - start }, result);
    return result.status === 'pass';
  }
}

async function setUpPmem(slot: GuestSlot): Promise<TestResult> {
  const problems = (await slot.current?.guest.setUpPmem())?.problems ?? [];
  if (problems.length === 0) return { status: 'pass' };
  await slot.discard();
  return { status: 'fail', message: problems.join('; '), evidence: problems.join('\n') };
}
