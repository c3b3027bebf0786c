import type { CompilerWarning } from '../../orchestrator/model/compiler-warning.ts';
import type { KernelProvenance } from '../../orchestrator/model/event.ts';

/** `linux-headers-6.1.0-50-amd64`, version `6.1.176-1`, of the suite `bookworm`. */
export interface KernelHeaders {
  readonly suite: string;
  readonly package: string;
  readonly version: string;
}

/** A kernel ready to boot: paths of files that are not changed any more. */
export interface PreparedKernel {
  /** As the matrix calls it. */
  readonly name: string;
  /** For QEMU's `-kernel`. */
  readonly image: string;
  /** `uname -r`. */
  readonly release: string;
  /** What it was built from, if the rig built it. */
  readonly source?: KernelProvenance;
  /** Where it came from, exactly: `linux-image-6.1.0-50-amd64 6.1.176-1 (bookworm)`. */
  readonly description: string;
  /** Base of each guest's initrd, see `writeGuestInitrd`. */
  readonly initramfs: string;
  /** Raw ext4, to be attached with the serial number `pmemrig-modules`; absent when the kernel came without modules. */
  readonly modulesDisk?: string;
  /** The kernel's `.config`, if known. */
  readonly config?: string;
  /** The ELF image with line information, for resolving stack traces; absent for kernels that came without. */
  readonly vmlinux?: string;
  /** Debian's package of its headers, with which modules can be built for it; absent for kernels of other sources. */
  readonly headers?: KernelHeaders;
  /** A built tree fit for `make -C … M=… modules`; absent where modules cannot be built for it. */
  readonly kbuild?: string;
  /** Changes whenever anything that a guest boots from this kernel does. */
  readonly digest: string;
  /** For the run's record: what the user should know of how it was got. */
  readonly notes: readonly string[];
  /** What the compiler said of it, each once; absent for a kernel that the rig did not build. */
  readonly warnings?: readonly CompilerWarning[];
}
