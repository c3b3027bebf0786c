import { InfraError, SuiteSetupError } from '../../model/errors.ts';
import type { GuestDevice } from '../../model/pmem.ts';
import { TIMEOUTS_MS } from '../../model/timeouts.ts';
import { filesystemDeviceIndex } from './filesystem-device.ts';
import { lastLines } from '../../model/last-lines.ts';
import { type MountedFilesystem, mkfsCommand } from './mkfs-command.ts';
import { type SetUpContext, setUpStep } from './set-up-step.ts';

const MOUNT_POINT = '/mnt/pmemrig';

export interface Mount {
  readonly device: GuestDevice;
  /** The mount point. */
  readonly path: string;
  /** Room for files right after mkfs. */
  readonly availableBytes: number;
  /** Rejects with InfraError when the file system stays busy. */
  unmount(): Promise<void>;
}

/**
 * Makes the cell's file system on the first device that suits it and mounts it.
 * Rejects with SuiteSetupError, which carries the words of mkfs, mount and the kernel.
 */
export async function mountFilesystem(context: SetUpContext, filesystem: MountedFilesystem): Promise<Mount> {
  const { guest } = context;
  const device =
    guest.devices[
      filesystemDeviceIndex(
        guest.devices.map(({ mode }) => mode),
        filesystem,
      )
    ];
  if (!device)
    throw new SuiteSetupError(`the guest has no block device for ${filesystem.name}`, describeDevices(guest.devices));

  await setUpStep(context, mkfsCommand(filesystem, device.path));
  await setUpStep(context, ['mkdir', '-p', MOUNT_POINT]);
  const options = filesystem.mountOptions === '' ? [] : ['-o', filesystem.mountOptions];
  await setUpStep(context, ['mount', '-t', filesystem.type, ...options, device.path, MOUNT_POINT]).catch(
    (error: unknown) => {
      throw error instanceof SuiteSetupError
        ? new SuiteSetupError(explainMountRefusal(error, device), error.evidence, error.status)
        : error;
    },
  );
  const unmount = (): Promise<void> => unmountFilesystem(context);
  try {
    // dax=inode: files inherit the flag of their folder. A mount option alone turns no file to DAX.
    if (filesystem.mountOptions.split(',').includes('dax=inode'))
      await setUpStep(context, ['xfs_io', '-c', 'chattr +x', MOUNT_POINT]);
    const available = await setUpStep(context, ['df', '-B1', '--output=avail', MOUNT_POINT]);
    return { device, path: MOUNT_POINT, availableBytes: Number(available.trim().split('\n').at(-1)), unmount };
  } catch (error) {
    await unmount().catch(() => undefined);
    throw error;
  }
}

/** `mount`'s own message only points at dmesg; the kernel names the cause there, with the device's name in brackets. */
function explainMountRefusal({ message, evidence, status }: SuiteSetupError, device: GuestDevice): string {
  if (status === 'hang') return message;
  const name = `(${device.path.replace('/dev/', '')})`;
  const cause = evidence
    .split('\n')
    .findLast((line) => line.includes(name))
    ?.replace(/^\[[\s\d.]+\]\s*/, '');
  const hint = device.mode === 'raw' ? ' (a raw namespace has no struct pages, so no DAX: use namespace: fsdax)' : '';
  return `${message}${cause === undefined ? '' : `: ${cause}`}${hint}`;
}

async function unmountFilesystem({ guest, timeoutScale }: SetUpContext): Promise<void> {
  const result = await guest.exec(['umount', MOUNT_POINT], { timeoutMs: TIMEOUTS_MS.setup * timeoutScale });
  if (result.exitCode === 0) return;
  throw new InfraError(
    `${MOUNT_POINT} could not be unmounted in guest ${guest.id}: ${lastLines(result.stderr, 3) || 'no answer'}`,
    { code: 'unmount-failed' },
  );
}

function describeDevices(devices: readonly GuestDevice[]): string {
  return devices.map(({ path, kind, mode }) => `${path} ${kind} ${mode}`).join('\n') || 'no devices at all';
}
