import type { Accelerator } from '../../orchestrator/model/accelerator.ts';
import type { ArchitectureNames } from '../../orchestrator/model/architecture.ts';
import type { MachineType } from './machine-type.ts';

/** What one virtual CPU does at a moment. */
export interface CpuState {
  readonly what: 'idle' | 'user' | 'kernel';
  /** Differs between processes: the address of the page table. */
  readonly space: string;
}

/** How the kernel's image is read, by its first bytes. */
export interface ImageFormat {
  /** Enough for {@link ImageFormat.versionOf}. */
  readonly headBytes: number;
  /** Enough for {@link ImageFormat.recognises}. */
  readonly setupBytes: number;
  readonly recognises: (head: Buffer) => boolean;
  /** What the header says of the kernel's version: its release, then more words. */
  readonly versionOf: (head: Buffer) => string | undefined;
  /** Where the compressed vmlinux lies in it. */
  readonly locatePayload: (head: Buffer) => { readonly start: number; readonly length: number } | undefined;
}

/** A tiny guest that shows whether an accelerator works. */
export interface AcceleratorProbe {
  /** The disk that it boots. */
  readonly payload: () => Uint8Array;
  /** QEMU's words for its disk's interface and for the device by which it ends QEMU. */
  readonly diskInterface: string;
  readonly exitDevice: string;
  /** QEMU's exit status after it got through, and what it printed. */
  readonly exitCode: number;
  readonly word: string;
}

/** All that differs between guests of one processor architecture and of another. */
export interface Architecture extends ArchitectureNames {
  readonly qemu: {
    readonly program: string;
    /** The program's package, by package manager. */
    readonly packages: Readonly<Record<'apt' | 'dnf' | 'pacman' | 'zypper', string>>;
    readonly cpu: Readonly<Record<Accelerator, string>>;
  };
  /** By their names for `-machine`. */
  /** Where distributions have the libc that static programs for guests are linked with. */
  readonly staticLibc: readonly string[];
  readonly machineTypes: Readonly<Record<string, MachineType>>;
  /** The usual one. */
  readonly machineType: MachineType;
  /** The kernel's name of the serial line that is its console. */
  readonly console: string;
  /** Words for the kernel's command line that an accelerator needs. */
  readonly kernelArgs: Readonly<Record<Accelerator, readonly string[]>>;
  readonly imageFormat: ImageFormat;
  /** A path of the kernel's image in its build tree: groups `top` and `file`. */
  readonly imageInTree: RegExp;
  /** The ELF note of a vmlinux that QEMU can start, and the option that puts it there. */
  readonly vmlinuxEntry: { readonly owner: string; readonly type: number; readonly option: string };
  /** The kernel maps persistent memory in steps of this. */
  readonly pmemAlignBytes: number;
  /** Reads QEMU's `info registers -a`; empty for a text of another architecture. */
  readonly readRegisters: (text: string) => CpuState[];
  readonly probe: AcceleratorProbe;
}
