import { asksDax } from '../../model/dax-options.ts';
import type { FilesystemSpec } from '../../model/matrix.ts';
import { TIMEOUTS_MS } from '../../model/timeouts.ts';
import { filesystemDeviceIndex } from './filesystem-device.ts';
import {
  EXT4_FEATURES,
  type FilesystemFeature,
  unknownFeatures,
  XFS_DAX_FEATURES,
  XFS_FEATURES,
} from './filesystem-features.ts';
import type { SetUpContext } from './set-up-step.ts';

/** A file system that the guest's kernel can mount, as far as its features go. */
export interface FittedFilesystem {
  readonly filesystem: FilesystemSpec;
  /** One sentence on what was left out and why; absent if nothing was. */
  readonly note?: string;
}

/**
 * Leaves out features that the image's mkfs would turn on by default and the guest's kernel does not know. An image may
 * be years newer than its kernel. What the matrix asks for by name stays. Rejects with GuestDeath; a mkfs that fails is
 * for the suite to report.
 */
export async function fitFilesystem(context: SetUpContext, filesystem: FilesystemSpec): Promise<FittedFilesystem> {
  const { kernelRelease } = context.guest;
  const unknown = unknownFeatures(candidates(filesystem), kernelRelease).filter(
    ({ name }) => !isNamed(filesystem, name),
  );
  if (unknown.length === 0) return { filesystem };
  const made = filesystem.type === 'xfs' ? await askXfs(context, filesystem) : await askExt4(context);
  const left = unknown.filter(({ name }) => made.has(name));
  if (left.length === 0) return { filesystem };
  const reasons = left.map(({ name, since }) => `${name} (since ${since.join('.')})`).join(', ');
  return {
    filesystem: { ...filesystem, mkfsOptions: [...left.flatMap(({ without }) => without), ...filesystem.mkfsOptions] },
    note:
      `${filesystem.name} is made without ${reasons}: ` +
      `the image's mkfs turns ${left.length === 1 ? 'it' : 'them'} on, ` +
      `Linux ${kernelRelease} does not know ${left.length === 1 ? 'it' : 'them'}${asksDax(filesystem) ? ', or not with DAX' : ''}`,
  };
}

/** One row for each feature, the latest release it wants. */
function candidates(filesystem: FilesystemSpec): readonly FilesystemFeature[] {
  switch (filesystem.type) {
    case 'xfs': {
      const special = asksDax(filesystem) ? XFS_DAX_FEATURES : [];
      return [...XFS_FEATURES.filter(({ name }) => !special.some((it) => it.name === name)), ...special];
    }
    case 'ext4':
      return EXT4_FEATURES;
    case 'ext2':
    case 'none':
      return [];
    default:
      return filesystem.type satisfies never;
  }
}

/**
 * `-m reflink=1,rmapbt=1`, also in one word, and `-O ^orphan_file`. A configuration file of mkfs.xfs (`-c`) is the
 * user's whole word.
 */
function isNamed({ mkfsOptions }: FilesystemSpec, feature: string): boolean {
  return mkfsOptions.some(
    (word) =>
      word.startsWith('-c') ||
      word
        .replace(/^-[A-Za-z]/, '')
        .split(/[,=^]/)
        .includes(feature),
  );
}

/** The features that a file system would have: `-N` prints what would be made, as `nrext64=1`, and makes nothing. */
async function askXfs({ guest, timeoutScale }: SetUpContext, filesystem: FilesystemSpec): Promise<ReadonlySet<string>> {
  const device =
    guest.devices[
      filesystemDeviceIndex(
        guest.devices.map(({ mode }) => mode),
        filesystem,
      )
    ];
  if (!device) return new Set();
  const { stdout } = await guest.exec(['mkfs.xfs', '-N', '-f', ...filesystem.mkfsOptions, device.path], {
    timeoutMs: TIMEOUTS_MS.setup * timeoutScale,
  });
  return new Set(Array.from(stdout.matchAll(/([a-z][a-z0-9]*)=1\b/g), ([, name = '']) => name));
}

/**
 * The features of ext4 in mke2fs.conf(5). A lone `mke2fs` prints none of what it would make, and has its own list where
 * there is no file.
 */
async function askExt4({ guest, timeoutScale }: SetUpContext): Promise<ReadonlySet<string>> {
  const { stdout } = await guest.exec('cat "${MKE2FS_CONFIG:-/etc/mke2fs.conf}"', {
    timeoutMs: TIMEOUTS_MS.setup * timeoutScale,
  });
  return readExt4Features(stdout);
}

/** `base_features` of `[defaults]`, and `features` of ext4 in `[fs_types]`. */
export function readExt4Features(config: string): ReadonlySet<string> {
  const base = /^\s*base_features\s*=\s*(.*)$/m.exec(config)?.[1] ?? '';
  const own = /^\s*ext4\s*=\s*\{[^}]*?\bfeatures\s*=\s*([^\n}]*)/m.exec(config)?.[1] ?? '';
  return new Set(`${base},${own}`.split(/[\s,"]+/).filter((word) => word !== '' && !word.startsWith('^')));
}
