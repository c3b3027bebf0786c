/** One fsync(2) or fdatasync(2) of the host on a device's backing file. */
export interface HostFlush {
  /** Index of the device in the topology. */
  readonly device: number;
  /** Host's clock, in ms since the epoch with fractions. */
  readonly beganAtMs: number;
  readonly endedAtMs: number;
  /** `ok`, or the name of the errno that it returned: `EIO`. `unseen`: it was under way when the watch ended. */
  readonly result: string;
  /** The rig made it fail or wait. */
  readonly injected: boolean;
}

/** What is done to the host's flushes of some devices. With neither error nor delay they are only counted. */
export interface FlushFault {
  /** Indices in the topology. Others are left alone and are not watched. */
  readonly devices: readonly number[];
  /** Fails the flush, without asking the host. */
  readonly error?: 'EIO' | 'ENOSPC';
  /**
   * Only the Nth flush after the attach fails, counted from 1 over all `devices`; absent: all. Takes an error, and no
   * delay. Where several flushes are under way at once the watch rejects, unless exactly the Nth has failed.
   */
  readonly nth?: number;
  /** Each flush waits so long before it reaches the host, or before it fails. */
  readonly delayMs?: number;
}

/**
 * Attached to the running QEMU until it is detached. The end of its boot, `reset` and `kill` included, ends it, too:
 * `flushes` rejects with InfraError `fault-refused` then, for no later flush was watched; `detach` gives what was seen.
 * Both reject with InfraError where the watch has missed something: it is never read as "no flushes".
 */
export interface FlushWatch extends AsyncDisposable {
  /** Flushes of the devices that have ended since the attach, in order of their begin. */
  flushes(): Promise<readonly HostFlush[]>;
  /** Detaches, and gives all that were seen. A flush that is being delayed goes on at once. Idempotent. */
  detach(): Promise<readonly HostFlush[]>;
}

/** Faults of the host's flush, made with strace. */
export interface HostFaults {
  /** Why this host allows no faults, a sentence (no strace, ptrace refused); undefined where it does. */
  readonly refusal: string | undefined;
  /**
   * Resolves once every thread of QEMU is traced. Rejects with InfraError if it cannot be. Rejects with InfraError
   * `fault-refused` for a fault that cannot be: a device has no file on the host, or a watch or a durable image is
   * attached already, of which there is one at a time.
   */
  attach(fault: FlushFault): Promise<FlushWatch>;
}

/**
 * What of a device's file a power loss of the host would leave. It ends with the boot, and with its dispose: the file
 * stays as it is then.
 */
export interface DurableImage extends AsyncDisposable {
  /** Flushes covered so far. */
  readonly flushes: number;
}
