import type { Cell } from '../../model/cell.ts';
import type { Guest } from '../../model/guest.ts';

/** What a command learns about its cell. `mountPath` is the cell's file system, if it has one. */
export function commandEnvironment(
  { id }: Pick<Cell, 'id'>,
  { devices, kernelRelease }: Pick<Guest, 'devices' | 'kernelRelease'>,
  { artifactDir, mountPath }: { readonly artifactDir: string; readonly mountPath?: string | undefined },
): Readonly<Record<string, string>> {
  const perDevice = devices.flatMap(({ path, kind, mode, sizeBytes }, index): [string, string][] => [
    [`PMEMRIG_DEV${index}`, path],
    [`PMEMRIG_DEV${index}_KIND`, kind],
    [`PMEMRIG_DEV${index}_MODE`, mode],
    [`PMEMRIG_DEV${index}_SIZE`, String(sizeBytes)],
  ]);
  return {
    PMEMRIG_CELL: id,
    PMEMRIG_KERNEL: kernelRelease,
    PMEMRIG_DEVICES: String(devices.length),
    ...Object.fromEntries(perDevice),
    ...(mountPath === undefined ? {} : { PMEMRIG_MNT: mountPath }),
    PMEMRIG_ARTIFACTS: artifactDir,
  };
}
