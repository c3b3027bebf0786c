import type { FilesystemType } from './filesystem-type.ts';
import type { PmemDevice } from './pmem.ts';

/** How a file system treats DAX; `never` where its mount options say nothing. */
export const DAX_MODES = ['always', 'inode', 'never'] as const;
export type DaxMode = (typeof DAX_MODES)[number];

/** Where a tree is that somebody has built: a folder or tarball of the host, or a folder of the guest's image. */
export type XfstestsTree = { readonly at: 'host' | 'image'; readonly path: string };

/**
 * What a list says of some tests: that they are not to run here, or that their failure is no news. All conditions must
 * hold.
 */
export interface XfstestsRule {
  /** Globs over names such as `generic/470`. */
  readonly tests: readonly string[];
  readonly action: 'exclude' | 'known';
  readonly reason: string;
  readonly link?: string;
  /** A range such as `>=6.1 <6.6`. */
  readonly kernels?: string;
  readonly filesystems?: readonly FilesystemType[];
  /** The kind of the device that carries TEST. */
  readonly devices?: readonly PmemDevice['kind'][];
  readonly dax?: readonly DaxMode[];
}

export interface XfstestsSuiteSpec {
  readonly kind: 'xfstests';
  readonly name: string;
  /** Absent: its place was not given, and the suite's cells are left out with that reason. */
  readonly tree?: XfstestsTree;
  /** Group expressions such as `dax` or `quick & !dangerous`; their union runs. */
  readonly groups: readonly string[];
  /** Single tests: `generic/413`. */
  readonly tests: readonly string[];
  /** Absolute paths of the lists that `rules` came from. */
  readonly lists: readonly string[];
  readonly rules: readonly XfstestsRule[];
  /** Seconds, unscaled, after which a test hangs whose usual time is unknown; absent: by its groups. */
  readonly timeoutSec?: number;
}
