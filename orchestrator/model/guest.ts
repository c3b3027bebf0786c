import type { GuestDevice } from './pmem.ts';

export interface ExecOptions {
  /** Kills the command after this long; the result then says `timedOut`. */
  readonly timeoutMs?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly stdin?: string;
  /** Both streams, as they come. */
  readonly onOutput?: (chunk: Buffer, stream: 'stdout' | 'stderr') => void;
  /** Bytes kept of each stream (the last ones); default 4 MiB. */
  readonly maxOutputBytes?: number;
  /**
   * The command ends with its main process; all else that it left running is killed and named in `leftBehind`. A signal
   * that ended it has its name, if the guest could write it down. Costs some tenths of a second under TCG.
   */
  readonly contained?: boolean;
}

export interface ExecResult {
  /** `null` when a signal ended it. */
  readonly exitCode: number | null;
  readonly signal: string | null;
  /**
   * By this signal the command may have ended instead: the guest kept no record of it, and `exitCode` is also the
   * signal's number.
   */
  readonly orSignal?: string;
  readonly stdout: string;
  readonly stderr: string;
  /** The first bytes of a stream were dropped to stay within `maxOutputBytes`. */
  readonly truncated: boolean;
  readonly timedOut: boolean;
  readonly durationMs: number;
  /** A sentence for each process that a contained command left running. */
  readonly leftBehind?: readonly string[];
}

/**
 * A disk of the guest's own, an ext4 file system that the host can read at any time. It can do so also for a guest that
 * hangs or is dead, until the rig lets it go.
 */
export interface ResultsDisk {
  readonly serial: string;
  /**
   * Copies the file at `path` (from the disk's top) to `localPath`, `maxBytes` at the most. Gives the bytes copied: 0
   * if there is no such file, or it is empty.
   */
  read(path: string, localPath: string, options: { readonly maxBytes: number }): Promise<number>;
}

/**
 * A booted guest as a suite sees it: a place to run commands, never a QEMU.
 * Every method rejects with `GuestDeath` when the guest dies or stops answering meanwhile.
 */
export interface Guest {
  /** Counts from 1 within the run. */
  readonly id: number;
  /** `uname -r`. */
  readonly kernelRelease: string;
  /** The topology's devices, verified, in its order. */
  readonly devices: readonly GuestDevice[];
  /** An array is quoted word by word; a string goes to `/bin/sh -c`. A non-zero exit is a result, not an error. */
  exec(command: string | readonly string[], options?: ExecOptions): Promise<ExecResult>;
  /**
   * Copies a local file or folder to `remotePath`, keeping modes. Rejects with UserError above `maxBytes` (default 256
   * MiB).
   */
  upload(localPath: string, remotePath: string, options?: { readonly maxBytes?: number }): Promise<void>;
  /** Writes bytes to a file in the guest. */
  write(remotePath: string, content: string | Uint8Array, mode?: number): Promise<void>;
  /** Copies one file out; above `maxBytes` (default 64 MiB) only the first part, and the result says so. */
  download(
    remotePath: string,
    localPath: string,
    options?: { readonly maxBytes?: number },
  ): Promise<{ readonly bytes: number; readonly truncated: boolean }>;
  /** Present if the suite asked for one. */
  readonly resultsDisk?: ResultsDisk;
}
