import { quoteWord } from '../../model/quote-word.ts';
import { DEVICE_ROLES, type GuestDevice } from '../../model/pmem.ts';
import { type MountedFilesystem, mkfsOptions } from '../shared/mkfs-command.ts';
import { type Roles, variableOf } from './assign-roles.ts';
import { explicitMountOptions } from './dax-mode.ts';

export const TEST_DIR = '/mnt/xfstests-test';
export const SCRATCH_MNT = '/mnt/xfstests-scratch';

/**
 * The variables of a cell, as a file for HOST_OPTIONS. `check` then looks at no other configuration, be it of the tree
 * or of /etc. Every option is said, so that nothing is inherited. Kept with the artifacts, it is what a run by hand
 * needs.
 */
export function composeHostOptions({
  filesystem,
  devices,
  roles,
  resultBase,
}: {
  readonly filesystem: MountedFilesystem;
  readonly devices: readonly GuestDevice[];
  readonly roles: Roles;
  readonly resultBase: string;
}): string {
  const mount = `-o ${explicitMountOptions(filesystem)}`;
  const external = DEVICE_ROLES.some((role) => role.includes('-') && roles[role] !== undefined);
  const variables: Record<string, string> = {
    FSTYP: filesystem.type,
    TEST_DIR,
    SCRATCH_MNT,
    ...Object.fromEntries(
      DEVICE_ROLES.flatMap((role) => {
        const path = devices[roles[role] ?? -1]?.path;
        return path === undefined ? [] : [[variableOf(role), path]];
      }),
    ),
    ...(external && { USE_EXTERNAL: 'yes' }),
    MKFS_OPTIONS: mkfsOptions(filesystem).join(' '),
    MOUNT_OPTIONS: mount,
    TEST_FS_MOUNT_OPTS: mount,
    RESULT_BASE: resultBase,
    // The whole difference: how much of it a report shows is the report's choice.
    DIFF_LENGTH: '0',
  };
  return Object.entries(variables)
    .map(([name, value]) => `export ${name}=${quoteWord(value)}\n`)
    .join('');
}
