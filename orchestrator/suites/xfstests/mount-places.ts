import type { GuestDevice } from '../../model/pmem.ts';
import { type MountedFilesystem, mkfsCommand } from '../shared/mkfs-command.ts';
import type { Roles } from './assign-roles.ts';
import { SCRATCH_MNT, TEST_DIR } from './host-options.ts';
import type { MountPlace } from './prove-mounts.ts';

/**
 * TEST and SCRATCH of a cell with the commands that make their file systems, external log and realtime device included.
 */
export function composePlaces(
  devices: readonly GuestDevice[],
  roles: Roles,
  filesystem: MountedFilesystem,
): readonly [MountPlace, MountPlace] {
  const path = (role: keyof Roles): string | undefined => devices[roles[role] ?? -1]?.path;
  const compose = (name: MountPlace['name'], use: 'test' | 'scratch', mountPoint: string): MountPlace => {
    const device = path(use) ?? '';
    const external = { log: path(`${use}-log`), rt: path(`${use}-rt`) };
    const words = { ...filesystem, mkfsOptions: [...filesystem.mkfsOptions, ...externalWords(filesystem, external)] };
    return {
      name,
      device,
      mountPoint,
      mkfs: [...journalDevice(filesystem, external.log), mkfsCommand(words, device)],
      mountOptions:
        filesystem.type === 'xfs'
          ? Object.entries(external).flatMap(([part, at]) => (at === undefined ? [] : [`${part}dev=${at}`]))
          : [],
    };
  };
  return [compose('TEST', 'test', TEST_DIR), compose('SCRATCH', 'scratch', SCRATCH_MNT)];
}

interface External {
  readonly log: string | undefined;
  readonly rt: string | undefined;
}

function externalWords({ type }: MountedFilesystem, { log, rt }: External): readonly string[] {
  if (type !== 'xfs') return log === undefined ? [] : ['-J', `device=${log}`];
  return [...(log === undefined ? [] : ['-l', `logdev=${log}`]), ...(rt === undefined ? [] : ['-r', `rtdev=${rt}`])];
}

/** An ext4 journal of its own device is a file system of a kind, and is made first. */
function journalDevice({ type }: MountedFilesystem, log: string | undefined): readonly (readonly string[])[] {
  return type === 'xfs' || log === undefined ? [] : [['mke2fs', '-q', '-F', '-O', 'journal_dev', '-b', '4096', log]];
}
