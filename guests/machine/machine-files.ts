import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Accelerator } from '../../orchestrator/model/accelerator.ts';
import { InfraError } from '../../orchestrator/model/errors.ts';
import type { GuestSpec } from '../../orchestrator/model/matrix.ts';
import type { PmemTopology } from '../../orchestrator/model/pmem.ts';
import type { MachineType } from '../arch/machine-type.ts';
import { GUEST_ARCH } from '../arch/architectures.ts';
import type { Bootable } from '../boot/bootable.ts';
import { createResultsDisk, RESULTS_SERIAL } from '../boot/results-disk.ts';
import { copyDisks, type Template } from '../boot/template.ts';
import { createBackingFiles, removeFiles } from '../devices/backing-files.ts';
import { chooseMachineType } from '../devices/choose-machine.ts';
import { KINDS } from '../devices/kinds.ts';
import { NAMESPACE_DRIVER } from '../devices/pmem-driver.ts';
import { composeDevices, type DeviceComposition } from '../devices/compose-devices.ts';
import { createMarks, type Marks } from '../hearing/marks.ts';
import { loaderImage } from '../kernels/image/pvh-kernel.ts';
import { type GuestFile, writeGuestInitrd } from '../images/guest-initrd.ts';
import type { PreparedImage } from '../images/prepare-image.ts';
import type { PreparedKernel } from '../kernels/prepare-kernel.ts';
import { composeArgv, type GuestRam } from '../qemu/argv.ts';
import type { QemuBinary } from '../qemu/find-qemu.ts';
import type { RunKeys } from '../ssh/keys.ts';
import { blameHost } from '../store/host-error.ts';
import { present } from '../../orchestrator/model/present.ts';

export interface MachineOptions {
  /** Counts from 1 within the run. */
  readonly id: number;
  readonly kernel: PreparedKernel;
  readonly image: PreparedImage;
  readonly topology: PmemTopology;
  /** A read-only disk beside those of image and kernel, found by its serial number. */
  readonly suiteDisk?: { readonly path: string; readonly serial: string };
  /** Size of the results disk, if there is to be one. */
  readonly resultsBytes?: number;
  /** Leaves room for devices that are plugged in later. */
  readonly hotPlug?: boolean;
  readonly guest: GuestSpec;
  readonly qemu: QemuBinary;
  readonly accelerator: Accelerator;
  readonly keys: RunKeys;
  /** The machine's own folder; exists. Keeps `console.log`, `qemu.json` and `dmesg.log`. */
  readonly dir: string;
  /** What its first boot goes on from. */
  readonly template?: Template;
  /** An open file that holds its RAM, of which a template is to be made: it then waits at its console. */
  readonly ramFd?: number;
}

/** All of it that decides what its guests are, and its folder. */
export type PlannedOptions = Omit<MachineOptions, 'keys' | 'template' | 'ramFd'>;

/** A machine's files by their names, and its words for QEMU. */
export interface MachinePlan {
  readonly argv: readonly string[];
  readonly devices: DeviceComposition;
  readonly machineType: MachineType;
  readonly initrd: string;
  readonly resultsDisk?: string;
}

/** A machine with its files, and the names of those that go with it. */
export interface MachineFiles {
  readonly bootable: Bootable;
  readonly machineType: MachineType;
  readonly files: readonly string[];
}

/** All that is known of a machine before its files are made. Throws UserError for devices that no machine carries. */
export function planMachine(options: PlannedOptions, ram?: GuestRam): MachinePlan {
  const { dir, guest, image, kernel, topology } = options;
  const initrd = join(dir, 'initrd.cpio');
  const resultsDisk = options.resultsBytes === undefined ? undefined : join(dir, 'results.img');
  const machineType = chooseMachineType(GUEST_ARCH, topology.devices);
  const devices = composeDevices(topology.devices, {
    machineType,
    memoryBytes: guest.memoryBytes,
    ...present({ hotPlug: options.hotPlug }),
    backing: (index) => join(dir, `pmem${index}.img`),
  });
  const argv = composeArgv({
    name: `pmemrig-${options.id}`,
    accelerator: options.accelerator,
    architecture: GUEST_ARCH,
    machineType,
    guest,
    kernel: kernel.image,
    initrd,
    rootDisk: image.disk,
    ...(kernel.modulesDisk === undefined ? {} : { modulesDisk: kernel.modulesDisk }),
    ...present({ suiteDisk: options.suiteDisk, ram }),
    ...(resultsDisk !== undefined && { resultsDisk: { path: resultsDisk, serial: RESULTS_SERIAL } }),
    devices,
  });
  return { argv, devices, machineType, initrd, ...present({ resultsDisk }) };
}

/**
 * Makes what a machine boots from, in its folder. Rejects with InfraError, or with UserError for devices that no machine
 * carries, and leaves nothing behind then but `qemu.json`.
 */
export async function makeMachineFiles(options: MachineOptions): Promise<MachineFiles> {
  const { kernel, ramFd, template } = options;
  const plan = planMachine(options, ramFd === undefined ? undefined : { is: 'kept' });
  const { argv, devices, initrd, machineType, resultsDisk } = plan;
  const fork = template && { template, argv: planMachine(options, { is: 'copied', path: template.ram }).argv };
  const bootable: Bootable = {
    ...options,
    argv,
    bootFiles: { kernel: await loaderImage(kernel.image), initramfs: initrd },
    devices,
    marks: createMarks(),
    ...present({ resultsDisk, fork }),
  };
  const files = [
    initrd,
    ...devices.backingFiles.map(({ path }) => path),
    ...(resultsDisk === undefined ? [] : [resultsDisk]),
  ];
  try {
    await writeFiles(options, bootable, initrd);
    return { bootable, files, machineType };
  } catch (error) {
    await removeFiles(files);
    throw error;
  }
}

/** Rejects with InfraError. */
async function writeFiles(
  { dir, kernel, keys, qemu, ramFd, resultsBytes, template, topology }: MachineOptions,
  { argv, devices, fork, marks, resultsDisk }: Bootable,
  initrd: string,
): Promise<void> {
  try {
    await createBackingFiles(devices.backingFiles, dir);
    if (resultsDisk !== undefined && resultsBytes !== undefined && template === undefined)
      await createResultsDisk(resultsDisk, resultsBytes);
    if (template !== undefined)
      await copyDisks(template, [
        ...devices.backingFiles.map(({ path }) => path),
        ...(resultsDisk === undefined ? [] : [resultsDisk]),
      ]);
    await writeGuestInitrd({
      base: kernel.initramfs,
      out: initrd,
      files: [...keyFiles(keys), tokenFile(marks), ...(ramFd === undefined ? [] : [templateFile(topology)])],
    });
    await writeFile(join(dir, 'qemu.json'), `${JSON.stringify({ ...qemu, argv: fork?.argv ?? argv }, null, 2)}\n`);
  } catch (error) {
    throw error instanceof InfraError ? error : blameHost(`the files of a guest cannot be written to ${dir}`, error);
  }
}

/** As long as a guest has it, it is to be made a template of; the contract with guests/images. */
export const TEMPLATE_FLAG = '/usr/lib/pmemrig/template';

/** Has the names of the drivers to load for devices that the template itself has not. */
function templateFile({ devices }: PmemTopology): GuestFile {
  const kinds = new Set(devices.filter(({ kind }) => KINDS[kind].inQemu.isUnsaved).map(({ kind }) => kind));
  const drivers = [...kinds].map((kind) => KINDS[kind].inGuest.driver.module);
  const modules = drivers.length === 0 ? [] : [...drivers, NAMESPACE_DRIVER.module];
  return { path: TEMPLATE_FLAG.slice(1), mode: 0o600, content: `${modules.join(' ')}\n` };
}

/** By it the guest's init makes its marks; the contract with guests/images. */
function tokenFile({ token }: Marks): GuestFile {
  return { path: 'usr/lib/pmemrig/token', mode: 0o600, content: `${token}\n` };
}

function keyFiles({ client, host }: RunKeys): GuestFile[] {
  return [
    { path: 'etc/ssh/ssh_host_ed25519_key', mode: 0o600, content: host.privateKey },
    { path: 'etc/ssh/ssh_host_ed25519_key.pub', mode: 0o644, content: `${host.publicKey}\n` },
    { path: 'root/.ssh/authorized_keys', mode: 0o600, content: `${client.publicKey}\n` },
  ];
}
