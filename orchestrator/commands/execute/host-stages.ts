import { probeAccelerator, requireTcg } from '../../../guests/qemu/accelerator.ts';
import { findQemu as findQemuBinary, type QemuBinary } from '../../../guests/qemu/find-qemu.ts';
import { collectHostFacts, type HostFacts } from '../../host/facts.ts';
import { logLine } from '../../host/log-line.ts';
import type { Plan } from '../../model/cell.ts';
import { ownFolders } from '../../model/own-folders.ts';
import { cacheDir } from '../../model/paths.ts';
import { interruptSignal } from '../../run/interrupt.ts';
import { checkCache, checkDiskCapacity, checkMemoryCapacity } from '../../run/prepare/check-capacity.ts';
import { describeLongRun } from '../../run/prepare/describe-long-run.ts';
import { readUsualDurations, refineEstimates, type UsualDurations } from '../../run/prepare/usual-durations.ts';
import { needsFreshGuest } from '../../suites/registry.ts';
import type { RunTask } from './run-task.ts';
import { present } from '../../model/present.ts';

type ChosenAccelerator = Awaited<ReturnType<typeof probeAccelerator>>;

/** From here on Ctrl-C asks the run to end in good order. */
export function listenForInterrupt(
  _: object,
  onRelease: (release: () => void) => void,
): { readonly interrupt: AbortSignal } {
  const interrupt = interruptSignal();
  onRelease(() => interrupt[Symbol.dispose]());
  return { interrupt };
}

/** Finds the QEMU that the matrix names, or the host's. */
export async function findQemu({
  matrix,
}: Pick<RunTask, 'matrix'>): Promise<{ readonly qemu: QemuBinary; readonly cacheDir: string }> {
  const qemu = await findQemuBinary(matrix.qemu === undefined ? {} : { explicit: matrix.qemu });
  return { qemu, cacheDir: cacheDir() };
}

/** Chooses between KVM and TCG by trial. */
export async function chooseAccelerator({
  qemu,
  cacheDir: cache,
  plan,
}: Pick<RunTask, 'plan'> & { readonly qemu: QemuBinary; readonly cacheDir: string }): Promise<{
  readonly accelerator: ChosenAccelerator;
}> {
  const accelerator = await probeAccelerator({ qemu, cacheDir: cache });
  if (plan.cells.some(({ guest }) => guest.countInstructions)) await requireTcg(accelerator, { qemu, cacheDir: cache });
  return { accelerator };
}

/** Refuses what this host can never hold. */
export async function checkHost({
  plan,
  runs,
  cacheDir: cache,
}: Pick<RunTask, 'plan' | 'runs'> & { readonly cacheDir: string }): Promise<{ readonly host: HostFacts }> {
  const host = await collectHostFacts({ cacheDir: cache, runsDir: runs });
  checkMemoryCapacity(plan.cells, host);
  checkCache(host.cache, ownFolders()[0].variable);
  checkDiskCapacity(plan.cells, host.runs);
  return { host };
}

/** Estimates each test by the newest runs on such guests. */
export async function readDurations({
  plan,
  runs,
  accelerator,
}: Pick<RunTask, 'plan' | 'runs'> & { readonly accelerator: ChosenAccelerator }): Promise<{
  readonly plan: Plan;
  readonly usual: UsualDurations;
}> {
  const usual = await readUsualDurations(runs, accelerator);
  return { plan: refineEstimates(plan, usual), usual };
}

/** Warns of a run of many hours, once: not again on resume. */
export function warnOfLongRun({
  plan,
  host,
  repeat,
  split,
  resumed,
  options: { jobs },
}: Pick<RunTask, 'plan' | 'repeat' | 'split' | 'resumed' | 'options'> & { readonly host: HostFacts }): void {
  if (resumed) return;
  const long = describeLongRun(
    { cells: plan.cells, repeat, split, cores: host.cores, ...present({ jobs }) },
    needsFreshGuest,
  );
  if (long !== undefined) logLine(`warning: ${long}`);
}
