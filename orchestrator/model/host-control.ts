import type { DurableImage, HostFaults } from './host-faults.ts';
import type { PlugDevice, PluggedDevice } from './hot-plug.ts';

/** What a boot that was asked for has found. */
export interface PowerOn {
  /** A sentence for each device that is not as it was: lost, smaller, or without its namespace. */
  readonly problems: readonly string[];
  /** Why boots before it came to nothing, where that was the host's: a QEMU that died. */
  readonly retried?: readonly string[];
}

/** What a machine boots, as files of this host. */
export interface BootFiles {
  /** In the form that boot loaders take. */
  readonly kernel: string;
  readonly initramfs: string;
}

/**
 * A guest's machine, worked from outside. The machine keeps its pmem over all of it, and `Guest` continues with the
 * boot that is due. Calls are made one after the other. A command that runs in the guest meanwhile rejects with
 * InfraError: `guest-off` or `guest-reset`. Every method rejects with GuestDeath where the guest dies on its own.
 */
export interface HostControl {
  /** Takes the power away, as a power cut does: what the guest has not flushed to its host's file is left to chance. */
  kill(): Promise<void>;
  /**
   * Boots the machine that {@link HostControl.kill} left off, and again where its QEMU dies meanwhile, twice at most.
   * Rejects with GuestDeath if it does not come up.
   */
  powerOn(): Promise<PowerOn>;
  /** {@link HostControl.kill}, then {@link HostControl.powerOn}. */
  powerCycle(): Promise<PowerOn>;
  /** Resets the running machine, as its button does, and waits for the boot. */
  reset(): Promise<PowerOn>;
  /**
   * Follows a boot that the guest begins itself, as by kexec, and waits for it as {@link HostControl.reset} does.
   * `begin` is the command in the guest that begins it, and so does not return. Where it does the machine is switched
   * off, and this rejects as `begin` has, or with InfraError.
   */
  followBoot(begin: () => Promise<unknown>): Promise<PowerOn>;
  readonly bootFiles: BootFiles;
  /** Stops the guest's CPUs and its clock. Deadlines of commands and of the test wait with it. */
  pause(): Promise<void>;
  /** Lets a paused guest run on. */
  resume(): Promise<void>;
  /**
   * Plugs a further device into the running machine, and resolves when QEMU has taken it. The guest finds it a moment
   * later. The machine keeps it over resets and power cycles until it is unplugged. Rejects with `DeviceRefused`.
   */
  plug(device: PlugDevice): Promise<PluggedDevice>;
  /**
   * Asks the guest to give a device back: a plugged one, or one of the topology by its index. Resolves when it is gone.
   * A device of the topology is in the machine again after a power cycle. Rejects with `DeviceRefused` where QEMU or the
   * guest refuses, or where the guest lets the limit `unplug` pass.
   */
  unplug(device: number | PluggedDevice): Promise<void>;
  /** Makes the host's flushes fail, wait, or counts them. */
  readonly faults: HostFaults;
  /**
   * Keeps, from now on, what is in the file of a virtio-pmem device whenever the host flushes it. What is in the file at
   * the call counts as flushed. The rig's copy takes the place of the host's own flush. One device at a time, and no
   * fault beside it. Rejects with InfraError.
   */
  keepDurable(device: number): Promise<DurableImage>;
  /**
   * A power loss of the host: ends QEMU, and what no flush covered of the device under {@link HostControl.keepDurable}
   * is gone from its file. `powerOn` boots on what is left. Rejects with InfraError where no image is kept, or where it
   * has missed a flush; the machine runs on then.
   */
  losePower(): Promise<void>;
}
