import { existsSync, type Stats, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { GUEST_ARCHITECTURE } from '../../model/architecture.ts';
import { readImageRelease } from '../../../guests/kernels/kinds/installed-kernels.ts';
import { isTarName } from '../../../guests/kernels/kinds/unpack-kernel.ts';
import { UserError } from '../../model/errors.ts';
import { DEFAULT_KERNEL_CONFIG } from '../../model/matrix.ts';
import { findKernelIn } from './find-kernel-in.ts';
import { findModules } from './find-modules.ts';
import { literalPath } from './literal-path.ts';
import { present } from '../../model/present.ts';
import type { UsedDefault } from '../../model/used-default.ts';

/** The flags that say which kernel, and how it is built. */
export interface KernelOptions {
  readonly kernel: string;
  readonly modules?: string;
  /** Fragments; `+name` adds to the default ones, any other replaces them. */
  readonly config?: readonly string[];
  readonly base?: string;
  readonly ref?: string;
  readonly patch?: readonly string[];
  /** Which of these come from files of defaults. */
  readonly defaults?: readonly UsedDefault[];
}

/**
 * The matrix's kernel that the flags stand for, by looking at what `--kernel` names. A file is an image, or a package
 * or archive if it ends so. A folder is a source to build if it is one, else the kernel that lies in it (see
 * `findKernelIn`). `linux-source-6.1` is Debian's source package. Anything else is a Debian release, with a flavour
 * behind a slash if need be. A built source tree is built again rather than believed: its image may be of another
 * commit.
 */
export function composeKernel(options: KernelOptions, cwd: string): Record<string, unknown> {
  const { kernel } = options;
  const path = resolve(cwd, kernel);
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found && isMeantAsPath(kernel)) {
    throw new UserError(`--kernel ${kernel}: no such file or folder`, {
      code: 'no-kernel',
      remedy:
        `name a kernel source, a ${kernelImage} or vmlinux, a linux-image-*.deb, ` +
        'an archive of `make tarzst-pkg`, or a Debian release such as bookworm-backports',
    });
  }
  if (found) return composeFound(path, found, options, cwd);
  if (kernel.startsWith('linux-source-')) {
    refuseModules(options, "the rig's own build has its own");
    return {
      name: kernel.replace(/^linux-source/, 'built'),
      source: { debian: kernel, ...patches(options, cwd) },
      ...configuration(options, cwd),
    };
  }
  refuseModules(options, 'a Debian kernel has its own');
  refuseBuildFlags(
    options,
    `Debian's kernel ${kernel} is built already: --kernel linux-source-6.1 (or another version) ` +
      `builds one from Debian's source`,
  );
  const [release, flavour] = kernel.split('/');
  return { name: kernel.replaceAll('/', '-'), debian: { release, ...present({ flavour }) } };
}

const { kernelImage } = GUEST_ARCHITECTURE;

/** A release has a flavour at the most, and no name of an image. */
function isMeantAsPath(kernel: string): boolean {
  return (
    /^[./~]|\/.*\/|\.(?:deb|rpm)$/.test(kernel) ||
    isTarName(kernel) ||
    [kernelImage, 'vmlinux', 'vmlinuz', 'zImage'].some((name) => basename(kernel).startsWith(name))
  );
}

function composeFound(path: string, found: Stats, options: KernelOptions, cwd: string): Record<string, unknown> {
  const name = kernelName(path);
  if (found.isDirectory() && isSource(path)) {
    refuseModules(options, 'what the rig builds has its own');
    const source = {
      tree: literalPath(path),
      ...present({ ref: options.ref }),
      ...patches(options, cwd),
    };
    return { name, source, ...configuration(options, cwd) };
  }
  const place = found.isDirectory() ? findKernelIn(path) : fileKind(path, options);
  switch (place.kind) {
    case 'package':
      refuseModules(options, 'a package has its own');
      refuseBuildFlags(options, `${place.path} is built already: name the source's folder to have it built`);
      return { name: packageName(place.path), [isTarName(place.path) ? 'archive' : 'deb']: literalPath(place.path) };
    case 'image': {
      const { image } = place;
      refuseBuildFlags(options, `${image} is built already: name the source's folder to have it built`);
      const modules =
        options.modules === undefined ? (findModules(image) ?? ownModules(path, found)) : resolve(cwd, options.modules);
      return {
        name: imageName(image, name),
        image: literalPath(image),
        ...(modules !== undefined && { modules: literalPath(modules) }),
      };
    }
    case 'several':
      throw new UserError(`--kernel ${options.kernel}: a folder with several kernels in it`, {
        code: 'several-kernels',
        remedy: `name one of them: ${place.paths.join(', or ')}`,
      });
    case 'none':
      throw new UserError(
        `--kernel ${options.kernel}: a folder with neither a kernel source nor a built kernel in it`,
        {
          code: 'no-kernel',
          remedy:
            `name the top of a kernel source, or a folder with a ${kernelImage}: ` +
            'the output of a build, or one with boot/vmlinuz-RELEASE or lib/modules/RELEASE/vmlinuz',
        },
      );
    default:
      return place satisfies never;
  }
}

/** A file is what its name ends in; its first bytes are for the loader to judge. */
function fileKind(
  path: string,
  { kernel }: KernelOptions,
): { readonly kind: 'image'; readonly image: string } | { readonly kind: 'package'; readonly path: string } {
  if (path.endsWith('.rpm')) {
    throw new UserError(`--kernel ${kernel}: pmemrig does not unpack RPM packages`, {
      code: 'rpm-package',
      remedy:
        `unpack it and name the folder: mkdir kernel && rpm2cpio ${kernel} | (cd kernel && cpio -idm); ` +
        'a kernel and its modules may be in two packages',
    });
  }
  return path.endsWith('.deb') || isTarName(path) ? { kind: 'package', path } : { kind: 'image', image: path };
}

/** An image among its modules is called `vmlinuz`, as any other: it is known by its release. */
function imageName(image: string, name: string): string {
  return name === 'vmlinuz' ? kernelName(readImageRelease(image) ?? name) : name;
}

/** Whether `--kernel` names something that is still to be built. */
export function isToBuild(kernel: string, cwd: string): boolean {
  const path = resolve(cwd, kernel);
  const found = statSync(path, { throwIfNoEntry: false });
  return found ? found.isDirectory() && isSource(path) : kernel.startsWith('linux-source-');
}

/** An output folder of `make O=…` has a Makefile, too, but no Kconfig. */
export function isSource(path: string): boolean {
  return ['Kconfig', 'Makefile', 'scripts/kconfig'].every((name) => existsSync(join(path, name)));
}

/**
 * What `make modules_install INSTALL_MOD_PATH=.` leaves in the folder, of an image whose release cannot be read. The
 * loader refuses those of another.
 */
function ownModules(path: string, found: Stats): string | undefined {
  return found.isDirectory()
    ? ['lib/modules', 'usr/lib/modules'].map((name) => join(path, name)).find((folder) => existsSync(folder))
    : undefined;
}

function configuration({ config, base }: KernelOptions, cwd: string): Record<string, unknown> {
  const words = config?.every((word) => word.startsWith('+')) === true ? [...DEFAULT_KERNEL_CONFIG, ...config] : config;
  const fragments = words?.map((word) => word.replace(/^\+/, '')).map((word) => asPath(word, cwd));
  return {
    ...(base !== undefined && { base: /^debian(?:\/|$)/.test(base) ? base : asPath(base, cwd) }),
    ...present({ config: fragments }),
  };
}

/** A name has no slash, here as in a matrix; Debian's configurations, which have one, are no paths there either. */
function asPath(word: string, cwd: string): string {
  return /[/~]/.test(word) ? literalPath(resolve(cwd, word)) : word;
}

function patches({ patch }: KernelOptions, cwd: string): Record<string, unknown> {
  return patch && patch.length > 0 ? { patches: patch.map((file) => literalPath(resolve(cwd, file))) } : {};
}

function refuseModules({ modules }: KernelOptions, why: string): void {
  if (modules !== undefined)
    throw new UserError(`--modules goes with a kernel image, and ${why}`, {
      code: 'modules-of-debian',
      remedy: `leave --modules out, or name a ${kernelImage} with --kernel`,
    });
}

function refuseBuildFlags({ config, base, ref, patch }: KernelOptions, why: string): void {
  const flag = Object.entries({ config, base, ref, patch: patch && patch.length > 0 ? patch : undefined }).find(
    ([, value]) => value !== undefined,
  )?.[0];
  if (flag !== undefined)
    throw new UserError(`--${flag} says how to build a kernel, but ${why}`, {
      code: 'kernel-built-already',
      remedy: `leave --${flag} out, or name a source with --kernel`,
    });
}

/**
 * `linux-image-6.12.0_6.12.0-3_amd64.deb` → `6.12.0`: the next build of it is the same kernel by name. Of an archive
 * `linux-6.12.0-x86.tar.zst` → `6.12.0-x86`.
 */
function packageName(path: string): string {
  return kernelName(
    basename(path)
      .replace(/\.deb$/, '')
      .replace(/_.*$/, '')
      .replace(/(?:\.pkg)?\.(?:tar(?:\.\w+)?|t\w?gz|txz|tbz2?|tzst)$/, '')
      .replace(/^linux-(?:(?:image|binary)-(?:unsigned-)?)?(?=\d)/, ''),
  );
}

/** File names hold what a matrix name can't. */
function kernelName(path: string): string {
  return (
    basename(path)
      .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
      .replace(/^[^A-Za-z0-9]+/, '')
      .slice(0, 64) || 'kernel'
  );
}
