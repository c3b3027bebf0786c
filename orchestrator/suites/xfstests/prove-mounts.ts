import { TIMEOUTS_MS } from '../../model/timeouts.ts';
import type { MountedFilesystem } from '../shared/mkfs-command.ts';
import { proveDax } from '../shared/prove-dax.ts';
import { type SetUpContext, setUpStep } from '../shared/set-up-step.ts';
import { daxModeOf, explicitMountOptions } from './dax-mode.ts';
import { SuiteSetupError } from '../../model/errors.ts';

/** One device with the place where `check` mounts it. */
export interface MountPlace {
  readonly name: 'TEST' | 'SCRATCH';
  readonly device: string;
  readonly mountPoint: string;
  /** The commands that make its file system; empty: it is there, and stays. */
  readonly mkfs: readonly (readonly string[])[];
  /** Beside the cell's own: external logs. */
  readonly mountOptions: readonly string[];
}

/**
 * Mounts a device as `check` will. Asks the kernel whether a file there is in DAX state, as the cell says it must be
 * (or must not). Rejects with SuiteSetupError, its status `fail`, when it is otherwise.
 */
export async function proveMount(
  context: SetUpContext,
  filesystem: MountedFilesystem,
  { name, device, mountPoint, mkfs, mountOptions }: MountPlace,
): Promise<void> {
  if (await isMountPoint(context, mountPoint)) {
    // As a test has left it, further tests would have found it.
    if (mkfs.length === 0) await proveState(context, filesystem, { name, device, mountPoint });
    await setUpStep(context, ['umount', mountPoint]);
  }
  for (const command of mkfs) await setUpStep(context, command);
  await setUpStep(context, [
    'mount',
    '-t',
    filesystem.type,
    '-o',
    [explicitMountOptions(filesystem), ...mountOptions].join(','),
    device,
    mountPoint,
  ]);
  try {
    await proveState(context, filesystem, { name, device, mountPoint });
  } finally {
    await context.guest.exec(['umount', mountPoint], { timeoutMs: TIMEOUTS_MS.setup * context.timeoutScale });
  }
}

async function proveState(
  context: SetUpContext,
  filesystem: MountedFilesystem,
  { name, device, mountPoint }: Pick<MountPlace, 'name' | 'device' | 'mountPoint'>,
): Promise<void> {
  const mode = daxModeOf(filesystem);
  // Files inherit the flag of the folder in which they are made.
  const folder = `${mountPoint}/.pmemrig-dax`;
  await setUpStep(context, ['mkdir', '-p', folder]);
  if (mode === 'inode') await setUpStep(context, ['xfs_io', '-c', 'chattr +x', folder]);
  const proof = await proveDax(context, `${folder}/probe`);
  await setUpStep(context, ['rm', '-rf', folder]);
  if (proof.active === (mode !== 'never')) return;
  if (proof.active)
    throw new SuiteSetupError(`DAX is active on ${name} (${device}), which is mounted to be without it`, '');
  throw new SuiteSetupError(`DAX is not active on ${name} (${device}): ${proof.message}`, proof.evidence, proof.status);
}

async function isMountPoint({ guest, timeoutScale }: SetUpContext, path: string): Promise<boolean> {
  const { exitCode } = await guest.exec(['mountpoint', '-q', path], { timeoutMs: TIMEOUTS_MS.setup * timeoutScale });
  return exitCode === 0;
}
