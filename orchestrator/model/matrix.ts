import type { KnownProblem } from './known-problem.ts';
import type { PmemTopology } from './pmem.ts';

/**
 * The matrix after loading: names resolved, paths absolute, sizes in bytes, defaults filled in.
 * Plain serialisable values; `run.json` keeps it whole.
 */
export interface Matrix {
  readonly name: string;
  /** Absolute path of the file it came from; absent when composed by `pmemrig once`. */
  readonly file?: string;
  /** Path of the QEMU binary, if the matrix names one. */
  readonly qemu?: string;
  readonly guest: GuestSpec;
  readonly kernels: readonly KernelSpec[];
  readonly images: readonly ImageSpec[];
  readonly pmem: readonly PmemTopology[];
  readonly filesystems: readonly FilesystemSpec[];
  readonly suites: readonly SuiteSpec[];
  /** Empty: the full product. Otherwise only what at least one rule selects. */
  readonly include: readonly SelectRule[];
  readonly exclude: readonly ExcludeRule[];
  /** Kernel problems that are expected. */
  readonly known: readonly KnownProblem[];
}

/**
 * How guests begin. `cold`: each boots. `fork`: each is forked from one that has booted. `auto`: each is forked, once
 * this host has booted one of its kind.
 */
export const GUEST_BEGINNINGS = ['auto', 'cold', 'fork'] as const;

export interface GuestSpec {
  readonly cpus: number;
  readonly memoryBytes: number;
  /** QEMU counts its instructions, and its clock goes by them: one vCPU, under TCG. */
  readonly countInstructions?: true;
  /** Words added to the kernel's command line. */
  readonly append: readonly string[];
  /** See {@link GUEST_BEGINNINGS}; absent: auto. A suite may have its guests boot all the same. */
  readonly boot?: 'cold' | 'fork';
}

export type KernelSpec =
  | { readonly kind: 'debian'; readonly name: string; readonly release: string; readonly flavour: string }
  | {
      readonly kind: 'image';
      readonly name: string;
      /** A bzImage or vmlinux. */
      readonly image: string;
      /** `…/lib/modules/<release>`, or a folder that holds exactly one such; absent: nothing is modular. */
      readonly modules?: string;
    }
  /** Absolute path of a kernel's Debian package, or of a tar archive as `make tarzst-pkg` makes it. */
  | { readonly kind: 'package'; readonly name: string; readonly path: string }
  | SourceKernelSpec;

/**
 * What a kernel that the rig builds is configured with unless the user says otherwise: all of pmem, no debugging aids.
 */
export const DEFAULT_KERNEL_CONFIG: readonly string[] = ['guest', 'nvdimm', 'virtio-pmem', 'dax-filesystems', 'dm-dax'];

/** Every fragment that these words stand for, each once: `+name` adds to the default ones. */
export function wholeKernelConfig(words: readonly string[]): readonly string[] {
  const isAdding = words.some((word) => word.startsWith('+'));
  return [...new Set([...(isAdding ? DEFAULT_KERNEL_CONFIG : []), ...words.map((word) => word.replace(/^\+/, ''))])];
}

/**
 * What fragments are put on. It is as little as the kernel allows, the kernel's own default, a whole `.config`, or the
 * one of Debian's newest kernel of a release and flavour. See docs/kernel-config.md.
 */
export type KernelConfigBase =
  | 'tiny'
  | 'defconfig'
  /** Absolute path. */
  | { readonly file: string }
  | { readonly debian: { readonly release: string; readonly flavour: string } };

/** A kernel that the rig builds. */
export interface SourceKernelSpec {
  readonly kind: 'source';
  readonly name: string;
  readonly source: KernelSource;
  readonly base: KernelConfigBase;
  /** In order: names of the rig's fragments, and absolute paths of the user's own. */
  readonly config: readonly string[];
}

export type KernelSource = (
  | {
      readonly kind: 'debian';
      /** `linux-source-6.1`. */
      readonly package: string;
      /** Absent: the first of the usual suites that has the package. */
      readonly release?: string;
    }
  | {
      readonly kind: 'tree';
      /** A git tree, or a plain folder with a kernel's source. */
      readonly path: string;
      /** Absent: the tree as it lies there. */
      readonly ref?: string;
    }
) & {
  /** Absolute paths of patches and mboxes, applied in order. */
  readonly patches: readonly string[];
};

/** `xfstests`: what its tests call. */
export const PACKAGE_SETS = ['xfstests'] as const;
export type PackageSet = (typeof PACKAGE_SETS)[number];

export type ImageSpec =
  | {
      readonly kind: 'debian';
      readonly name: string;
      readonly release: string;
      readonly packages: readonly string[];
      /** Named sets of packages beside those. */
      readonly sets?: readonly PackageSet[];
    }
  /** A root file system that has sshd and udevd: a folder, a tarball, or a raw ext4 image. */
  | { readonly kind: 'tree' | 'tarball' | 'disk'; readonly name: string; readonly path: string };

/** `none`: the suite gets the bare device. */
export type FilesystemType = 'ext4' | 'xfs' | 'ext2' | 'none';

export interface FilesystemSpec {
  readonly name: string;
  readonly type: FilesystemType;
  /** Mount options, `dax=always`; empty for none. */
  readonly mountOptions: string;
  /** Extra words for mkfs. */
  readonly mkfsOptions: readonly string[];
}

/**
 * A suite of the matrix, resolved. The further keys are its kind's: its format in `matrices/suites` fills them in, and
 * its folder in `orchestrator/suites` reads them.
 */
export interface SuiteSpec {
  readonly kind: string;
  readonly name: string;
}

/** Globs (picomatch) over the names of each axis; an absent axis matches all. */
export interface SelectRule {
  readonly kernel?: readonly string[];
  readonly image?: readonly string[];
  readonly pmem?: readonly string[];
  readonly filesystem?: readonly string[];
  readonly suite?: readonly string[];
}

export interface ExcludeRule extends SelectRule {
  readonly reason: string;
}
