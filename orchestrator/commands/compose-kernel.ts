import { existsSync, readdirSync, type Stats, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { UserError } from '../model/errors.ts';
import { DEFAULT_KERNEL_CONFIG } from '../model/matrix.ts';
import { findModules } from './find-modules.ts';
import { literalPath } from './literal-path.ts';

/** The flags that say which kernel, and how it is built. */
export interface KernelOptions {
  readonly kernel: string;
  readonly modules?: string;
  /** Fragments; `+name` adds to the default ones, any other replaces them. */
  readonly config?: readonly string[];
  readonly base?: string;
  readonly ref?: string;
  readonly patch?: readonly string[];
}

/** Where a finished build leaves its image. */
const IMAGES = ['arch/x86/boot/bzImage', 'bzImage', 'vmlinuz'];

/**
 * The matrix's kernel that the flags stand for, by looking at what `--kernel` names: a file is an image, or a package if it ends so; a folder is a source to
 * build if it is one, else the output of a build; `linux-source-6.1` is Debian's source package; anything else a Debian release, with a flavour behind a slash if
 * need be. A built source tree is built again rather than believed: its image may be of another commit.
 */
export function composeKernel(options: KernelOptions, cwd: string): Record<string, unknown> {
  const { kernel } = options;
  const path = resolve(cwd, kernel);
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found && isMeantAsPath(kernel)) {
    throw new UserError(`--kernel ${kernel}: no such file or folder`, { code: 'no-kernel', remedy: 'name a kernel source, a bzImage or vmlinux, a linux-image-*.deb, or a Debian release such as bookworm-backports' });
  }
  if (found) return composeFound(path, found, options, cwd);
  if (kernel.startsWith('linux-source-')) {
    refuseModules(options, "the rig's own build has its own");
    return { name: kernel.replace(/^linux-source/, 'built'), source: { debian: kernel, ...patches(options, cwd) }, ...configuration(options, cwd) };
  }
  refuseModules(options, 'a Debian kernel has its own');
  refuseBuildFlags(options, `Debian's kernel ${kernel} is built already: --kernel linux-source-6.1 (or another version) builds one from Debian's source`);
  const [release, flavour] = kernel.split('/');
  return { name: kernel.replaceAll('/', '-'), debian: { release, ...(flavour !== undefined && { flavour }) } };
}

/** A release has a flavour at the most, and no name of an image. */
function isMeantAsPath(kernel: string): boolean {
  return /^[./~]|\/.*\/|\.deb$/.test(kernel) || /^(?:bzImage|vmlinu[xz]|zImage)/.test(basename(kernel));
}

function composeFound(path: string, found: Stats, options: KernelOptions, cwd: string): Record<string, unknown> {
  const name = kernelName(path);
  if (found.isDirectory() && isSource(path)) {
    refuseModules(options, 'what the rig builds has its own');
    const source = { tree: literalPath(path), ...(options.ref !== undefined && { ref: options.ref }), ...patches(options, cwd) };
    return { name, source, ...configuration(options, cwd) };
  }
  if (!found.isDirectory() && path.endsWith('.deb')) {
    refuseModules(options, "a package has its own");
    refuseBuildFlags(options, `${path} is built already: name the source's folder to have it built`);
    return { name: packageName(path), deb: literalPath(path) };
  }
  const image = found.isDirectory() ? IMAGES.map((file) => join(path, file)).find((file) => existsSync(file)) : path;
  if (image === undefined) {
    const packages = readdirSync(path).filter((file) => /^linux-image-\d.*\.deb$/.test(file) && !/-dbg(?:sym)?_/.test(file));
    throw new UserError(`--kernel ${options.kernel}: a folder with neither a kernel source nor a built kernel in it`, {
      code: 'no-kernel',
      remedy: packages.length > 0 ? `name the package: ${packages.map((file) => join(options.kernel, file)).join(', or ')}` : `name the top of a kernel source, or a folder that holds ${IMAGES.join(' or ')}`,
    });
  }
  refuseBuildFlags(options, `${image} is built already: name the source's folder to have it built`);
  const modules = options.modules === undefined ? (ownModules(path, found) ?? findModules(image)) : resolve(cwd, options.modules);
  return { name, image: literalPath(image), ...(modules !== undefined && { modules: literalPath(modules) }) };
}

/** An output folder of `make O=…` has a Makefile, too, but no Kconfig. */
export function isSource(path: string): boolean {
  return ['Kconfig', 'Makefile', 'scripts/kconfig'].every((name) => existsSync(join(path, name)));
}

/** What `make modules_install INSTALL_MOD_PATH=.` leaves beside the image. */
function ownModules(path: string, found: Stats): string | undefined {
  return found.isDirectory() && existsSync(join(path, 'lib', 'modules')) ? join(path, 'lib', 'modules') : undefined;
}

function configuration({ config, base }: KernelOptions, cwd: string): Record<string, unknown> {
  const words = config?.every((word) => word.startsWith('+')) === true ? [...DEFAULT_KERNEL_CONFIG, ...config] : config;
  const fragments = words?.map((word) => word.replace(/^\+/, '')).map((word) => asPath(word, cwd));
  return { ...(base !== undefined && { base: /^debian(?:\/|$)/.test(base) ? base : asPath(base, cwd) }), ...(fragments && { config: fragments }) };
}

/** A name has no slash, here as in a matrix; Debian's configurations, which have one, are no paths there either. */
function asPath(word: string, cwd: string): string {
  return /[/~]/.test(word) ? literalPath(resolve(cwd, word)) : word;
}

function patches({ patch }: KernelOptions, cwd: string): Record<string, unknown> {
  return patch && patch.length > 0 ? { patches: patch.map((file) => literalPath(resolve(cwd, file))) } : {};
}

function refuseModules({ modules }: KernelOptions, why: string): void {
  if (modules !== undefined) throw new UserError(`--modules goes with a kernel image, and ${why}`, { code: 'modules-of-debian', remedy: 'leave --modules out, or name a bzImage with --kernel' });
}

function refuseBuildFlags({ config, base, ref, patch }: KernelOptions, why: string): void {
  const flag = Object.entries({ config, base, ref, patch: patch && patch.length > 0 ? patch : undefined }).find(([, value]) => value !== undefined)?.[0];
  if (flag !== undefined) throw new UserError(`--${flag} says how to build a kernel, but ${why}`, { code: 'kernel-built-already', remedy: `leave --${flag} out, or name a source with --kernel` });
}

/** `linux-image-6.12.0_6.12.0-3_amd64.deb` → `6.12.0`: the next build of it is the same kernel by name. */
function packageName(path: string): string {
  return kernelName(basename(path).replace(/\.deb$/, '').replace(/_.*$/, '').replace(/^linux-image-/, ''));
}

/** File names hold what a matrix name can't. */
function kernelName(path: string): string {
  return basename(path).replaceAll(/[^A-Za-z0-9._-]+/g, '-').replace(/^[^A-Za-z0-9]+/, '').slice(0, 64) || 'kernel';
}
