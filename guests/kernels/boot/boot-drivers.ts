import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { GuestDeath, UserError } from '../../../orchestrator/model/errors.ts';
import { PMEM_DRIVERS } from '../../devices/kinds.ts';
import { type DotConfig, parseDotConfig } from '../kconfig/dot-config.ts';
import type { ModuleIndex } from './module-index.ts';
import { readModuleIndex } from './module-tree.ts';
import type { PreparedKernel } from '../prepared-kernel.ts';

/** A part of the kernel that may be built in, a module, or not there. */
export interface Driver {
  /** As `CONFIG_…`. */
  readonly config: string;
  /** Absent for what cannot be a module. */
  readonly module?: string;
}

/** What no guest gets ready without, by what the initramfs' init and guest-init ask for. */
const BOOT_DRIVERS: readonly Driver[] = [
  { config: 'CONFIG_BLK_DEV_INITRD' },
  { config: 'CONFIG_SERIAL_8250_CONSOLE' },
  { config: 'CONFIG_PROC_FS' },
  { config: 'CONFIG_SYSFS' },
  { config: 'CONFIG_DEVTMPFS' },
  { config: 'CONFIG_TMPFS' },
  { config: 'CONFIG_VIRTIO_PCI', module: 'virtio_pci' },
  { config: 'CONFIG_VIRTIO_BLK', module: 'virtio_blk' },
  { config: 'CONFIG_EXT4_FS', module: 'ext4' },
  { config: 'CONFIG_OVERLAY_FS', module: 'overlay' },
  { config: 'CONFIG_VIRTIO_NET', module: 'virtio_net' },
];

/** What is known of a kernel before it boots. */
export interface DriverFacts {
  readonly config: DotConfig | undefined;
  /** The modules that came with it. */
  readonly index: ModuleIndex | undefined;
}

/** `not-given`: the configuration makes it a module, and it is in no module tree. `unknown`: only the boot shows it. */
export type Presence = 'built-in' | 'module' | 'not-given' | 'missing' | 'unknown';

export async function readDriverFacts({
  config,
  modulesDisk,
  release,
}: Pick<PreparedKernel, 'config' | 'modulesDisk' | 'release'>): Promise<DriverFacts> {
  const text = config === undefined ? undefined : await readFile(config, 'utf8').catch(() => undefined);
  const index =
    modulesDisk === undefined
      ? undefined
      : await readModuleIndex(join(dirname(modulesDisk), 'lib', 'modules', release));
  return { config: text === undefined ? undefined : parseDotConfig(text), index };
}

export function findDriver({ config: option, module }: Driver, { config, index }: DriverFacts): Presence {
  if (module !== undefined && index?.paths.has(module) === true) return 'module';
  if (module !== undefined && index?.builtin.has(module) === true) return 'built-in';
  const value = config?.get(option.replace(/^CONFIG_/, ''));
  if (value === 'y') return 'built-in';
  if (config !== undefined) return value === 'm' ? 'not-given' : 'missing';
  // modules.builtin lists all that could have been modules; a tree made without `modules_install` has none, or an empty
  // one.
  return module !== undefined && index !== undefined && index.builtin.size > 0 ? 'missing' : 'unknown';
}

/**
 * The kernel, with a note if it came without the modules that it wants.
 * Rejects with UserError `kernel-lacks-driver` for one that is known to get no guest ready.
 */
export async function checkBootDrivers(kernel: PreparedKernel): Promise<PreparedKernel> {
  const facts = await readDriverFacts(kernel);
  requireDrivers(kernel, BOOT_DRIVERS, 'no guest can boot from it', facts);
  const note = kernel.modulesDisk === undefined ? describeLackOfModules(facts) : undefined;
  return note === undefined ? kernel : { ...kernel, notes: [...kernel.notes, note] };
}

/** Throws UserError `kernel-lacks-driver` that names those of the drivers which the kernel is known to lack. */
export function requireDrivers(
  { name, release }: Pick<PreparedKernel, 'name' | 'release'>,
  drivers: readonly Driver[],
  consequence: string,
  facts: DriverFacts,
): void {
  const optionsOf = (presence: Presence): string =>
    drivers
      .filter((driver) => findDriver(driver, facts) === presence)
      .map(({ config }) => config)
      .join(', ');
  const [notGiven, missing] = [optionsOf('not-given'), optionsOf('missing')];
  const lacks = [
    ...(notGiven === '' ? [] : [`came without the modules of ${notGiven}`]),
    ...(missing === '' ? [] : [`is built without ${missing}`]),
  ];
  if (lacks.length > 0)
    throw lacksDriver(`The kernel ${name} (${release}) ${lacks.join(', and ')}: ${consequence}.`, notGiven !== '');
}

/**
 * Says before the boot what a kernel without modules may be short of; `undefined` where its configuration has no
 * modules.
 */
function describeLackOfModules({ config }: DriverFacts): string | undefined {
  if (config === undefined)
    return 'it came without modules and its configuration is unknown: all drivers must be built in';
  const count = [...config.values()].filter((value) => value === 'm').length;
  if (count === 0) return undefined;
  const pmem = PMEM_DRIVERS.filter((driver) => findDriver(driver, { config, index: undefined }) === 'not-given').map(
    ({ module }) => module,
  );
  return (
    `it came without modules, and ${count} options of its configuration are ` +
    `modules${pmem.length === 0 ? '' : `, ${pmem.join(', ')} among them`}`
  );
}

/**
 * How the initramfs' init and guest-init name what they cannot do without: `the kernel has no driver virtio_pci
 * (CONFIG_VIRTIO_PCI)`.
 */
const LACK = /\bno (?:driver \w+|\w+ file system)\b[^()]*\((CONFIG_\w+)\)/;

/**
 * A guest that gave up for want of a driver that was unknown before the boot is the user's input, not a crash. A driver
 * that is known to be built in or given did not come up. One that is missing after a report of the kernel may be its
 * consequence. Both stay the kernel's.
 */
export async function blameMissingDriver(
  error: unknown,
  sentence: string | undefined,
  reported: boolean,
  kernel: PreparedKernel,
): Promise<unknown> {
  const config = LACK.exec(sentence ?? '')?.[1];
  if (!(error instanceof GuestDeath) || config === undefined || reported) return error;
  const driver = BOOT_DRIVERS.find((it) => it.config === config);
  if (!driver || findDriver(driver, await readDriverFacts(kernel)) !== 'unknown') return error;
  return lacksDriver(
    `No guest can boot from the kernel ${kernel.name} (${kernel.release}): ${sentence ?? ''}`,
    kernel.modulesDisk === undefined,
  );
}

function lacksDriver(message: string, wantsModules: boolean): UserError {
  const build = 'build it with the option, such as the fragment `guest` does';
  return new UserError(message, {
    code: 'kernel-lacks-driver',
    remedy: wantsModules ? `give its modules (--modules DIR, in a matrix modules:), or ${build}.` : `${build}.`,
  });
}
