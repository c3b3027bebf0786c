/**
 * What a scenario has beside the globals of zx. In the first line of a scenario, for editors:
 * `/// <reference types="pmemrig/scenario" />`
 */
/// <reference types="zx/globals" />
import type { ProcessOutput } from 'zx';

/** `256M`, or a number of bytes. */
type Size = string | number;
/** `5s`, or a number of ms. */
type Duration = string | number;

interface GuestShellOptions {
  /** A non-zero exit is an output, and no error. */
  nothrow?: boolean;
  /** Kills the command after so long. */
  timeout?: Duration;
  cwd?: string;
  env?: Record<string, string>;
  /** For its standard input. */
  input?: string;
  /** Before each command: `set -euo pipefail;`. */
  prefix?: string;
}

/** A command in the guest. Rejects with its output where it ends with another exit status than 0. */
export interface GuestCommand extends Promise<ProcessOutput> {
  nothrow(nothrow?: boolean): this;
  quiet(): this;
  timeout(timeout: Duration): this;
  text(): Promise<string>;
  json<T = unknown>(): Promise<T>;
  lines(): Promise<string[]>;
  readonly exitCode: Promise<number | null>;
}

export interface GuestShell {
  (pieces: TemplateStringsArray, ...args: unknown[]): GuestCommand;
  (options: GuestShellOptions): GuestShell;
}

/** A device of the cell's topology, as the guest has it. */
export interface GuestDevice {
  readonly kind: 'nvdimm' | 'virtio-pmem' | 'e820' | 'virtio-blk';
  readonly mode: 'raw' | 'fsdax' | 'devdax' | 'sector' | 'block';
  /** `/dev/pmem0` */
  readonly path: string;
  readonly sizeBytes: number;
  readonly dax: boolean;
  readonly namespace?: string;
  readonly region?: string;
}

export interface PluggedDevice {
  readonly id: string;
  readonly kind: 'nvdimm' | 'virtio-pmem' | 'virtio-blk' | 'memory' | 'usb-disk';
  readonly sizeBytes: number;
  readonly serial?: string;
  readonly address?: number;
}

/** What is thrown where the guest's machine cannot do what was asked of it. */
export interface GuestError extends Error {
  readonly name: 'GuestError';
  /**
   * `guest-off`, `guest-reset`, `guest-paused`, `guest-on`, `device-refused`, `devices-lost`, `no-device`,
   * `fault-refused`, `bad-argument`
   */
  readonly code: string;
  /** With `guest-off` and `guest-reset`: what the command had printed by then. */
  readonly output?: ProcessOutput;
  /** With `devices-lost`: a sentence for each device. */
  readonly problems?: readonly string[];
}

/** A flush of the host on a device's backing file. */
export interface HostFlush {
  readonly device: number;
  readonly beganAtMs: number;
  readonly endedAtMs: number;
  readonly result: string;
  readonly injected: boolean;
}

/** Attached to the host's flushes until it is detached, or its boot ends. */
export interface FlushWatch extends AsyncDisposable {
  /** Those that have ended since the attach. Rejects with `fault-refused` after its boot has ended. */
  flushes(): Promise<readonly HostFlush[]>;
  /** Detaches, and gives all that were seen. */
  detach(): Promise<readonly HostFlush[]>;
}

/** What a power loss of the host would leave of a device. It ends with the boot. */
export interface DurableImage extends AsyncDisposable {
  /** How many flushes it has covered so far. */
  flushes(): Promise<number>;
  end(): Promise<void>;
}

interface BootOptions {
  /** Devices that are lost after the boot are no error. */
  nothrow?: boolean;
}

/** Sentences about devices that are not as they were. */
interface Booted {
  readonly problems: readonly string[];
}

export interface Guest {
  /** Runs a command in the guest: bash, with the quoting of zx. */
  readonly $: GuestShell;
  /** The topology's devices, as they were found at the last boot. */
  readonly devices: readonly GuestDevice[];
  /** `uname -r` of the first boot. */
  readonly kernelRelease: string;
  /** The cell's id. */
  readonly cell: string;
  /** What the cell has for a file system. Nothing has made it. */
  readonly filesystem: {
    readonly type: string;
    readonly mountOptions: string;
    readonly mkfsOptions: readonly string[];
  };
  /** Copies a file or folder of the host into the guest. */
  upload(from: string, to: string): Promise<void>;
  /** Copies a file of the guest to the host. */
  download(from: string, to: string): Promise<void>;
  /** Writes a text to a file in the guest. */
  write(path: string, text: string, mode?: number): Promise<void>;
  /** Takes the power away, as a power cut does. What runs in the guest rejects with `guest-off`. */
  kill(): Promise<void>;
  /** Boots the guest that is off. Rejects with `devices-lost` where a device is not as it was. */
  powerOn(options?: BootOptions): Promise<Booted>;
  /** `kill`, then `powerOn`. */
  powerCycle(options?: BootOptions): Promise<Booted>;
  /** Resets the machine, as its button does, and waits for the boot. */
  reboot(options?: BootOptions): Promise<Booted>;
  /**
   * The kernel may report problems of this signature, as the report writes it (a glob): the scenario brings them about.
   * Any other problem of the kernel fails it.
   */
  allowProblem(signature: string, reason: string): Promise<void>;
  /** Stops the guest's CPUs and its clock. The scenario's timeout waits with it. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Plugs a device in. It stays over reboots and power cycles until it is unplugged. */
  plug(device: {
    kind: PluggedDevice['kind'];
    size: Size;
    /** The label area of an nvdimm: 2M. `false` for none. */
    labels?: Size | false;
  }): Promise<PluggedDevice>;
  /** Takes a device out: one that was plugged in, or one of the topology by its index. */
  unplug(device: PluggedDevice | number): Promise<void>;
  /** Keeps, from now on, what each flush of the host has covered of a virtio-pmem device, by its index. */
  keepDurable(device: number): Promise<DurableImage>;
  /** A power loss of the host: what no flush has covered of the device under `keepDurable` is gone. Then `powerOn`. */
  losePower(): Promise<void>;
  /** Faults of the host's flush. */
  readonly faults: {
    /** Why this host allows none; undefined where it does. */
    readonly refusal: string | undefined;
    /** Makes the host's flushes of some devices fail or wait; with neither they are only counted. */
    attach(fault: {
      /** Indices in the topology. */
      devices: number | readonly number[];
      error?: 'EIO' | 'ENOSPC';
      /** Only the Nth flush after the attach fails, from 1. It takes an error, and no delay. */
      nth?: number;
      delay?: Duration;
    }): Promise<FlushWatch>;
  };
  /** The path of a device that was plugged in, once the guest has it. */
  findDevice(device: PluggedDevice, options?: { timeout?: Duration }): Promise<string>;
}

declare global {
  const guest: Guest;
}
