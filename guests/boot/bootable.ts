import type { Accelerator } from '../../orchestrator/model/accelerator.ts';
import type { BootFiles } from '../../orchestrator/model/host-control.ts';
import type { PmemTopology } from '../../orchestrator/model/pmem.ts';
import type { DeviceComposition } from '../devices/compose-devices.ts';
import type { Marks } from '../hearing/marks.ts';
import type { PreparedKernel } from '../kernels/prepare-kernel.ts';
import type { QemuBinary } from '../qemu/find-qemu.ts';
import type { RunKeys } from '../ssh/keys.ts';
import type { Template } from './template.ts';

/** A machine as its boots see it: all files made, all arguments known. */
export interface Bootable {
  /** Number of its guest within the run. */
  readonly id: number;
  readonly kernel: PreparedKernel;
  readonly topology: PmemTopology;
  readonly qemu: QemuBinary;
  readonly accelerator: Accelerator;
  readonly keys: RunKeys;
  /** Keeps `console.log` and `dmesg.log`. */
  readonly dir: string;
  readonly argv: readonly string[];
  readonly bootFiles: BootFiles;
  readonly devices: DeviceComposition;
  readonly marks: Marks;
  /** The disk that the host can read at any time, if there is one. */
  readonly resultsDisk?: string;
  /** How it begins instead of booting. */
  readonly fork?: Fork;
  /** An open file that holds the guest's RAM, where a template is to be made of it. */
  readonly ramFd?: number;
}

/** A machine's first boot, if that is none: the guest goes on where a template was left. */
export interface Fork {
  readonly template: Template;
  readonly argv: readonly string[];
}

/** How a boot begins without being one; undefined for those that are. A machine boots by itself after the first time. */
export function forkOf({ fork }: Bootable, { again = false }: BootOptions): Fork | undefined {
  return again ? undefined : fork;
}

/** What differs between the boots of one machine. */
export interface BootOptions {
  readonly signal?: AbortSignal;
  readonly onConsoleLine?: (line: string) => void;
  /** The console's log goes on where an earlier boot has ended it. */
  readonly again?: boolean;
}
