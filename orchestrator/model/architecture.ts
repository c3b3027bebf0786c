/** What readers, Debian, ELF and a kernel's build tree call an architecture. Its words for QEMU are in `guests/arch`. */
export interface ArchitectureNames {
  readonly name: 'x86-64';
  /** `uname -m`, and ARCH of the kernel's build. */
  readonly uname: string;
  /** Node's `process.arch`. */
  readonly node: string;
  readonly debian: string;
  /** Flavours of Debian's kernel, the usual one first. */
  readonly debianFlavours: readonly [string, ...string[]];
  /** `e_machine` of its ELF files. */
  readonly elfMachine: number;
  /** Its folder below `arch/` of a kernel's source. */
  readonly sourceFolder: string;
  /** The kernel that a loader starts: its make target, and its file. */
  readonly kernelImage: string;
  /** Where `make` leaves it, below the top of the tree. */
  readonly kernelImagePath: string;
}

const X86_64: ArchitectureNames = {
  name: 'x86-64',
  uname: 'x86_64',
  node: 'x64',
  debian: 'amd64',
  debianFlavours: ['amd64', 'cloud-amd64', 'rt-amd64'],
  elfMachine: 62,
  sourceFolder: 'x86',
  kernelImage: 'bzImage',
  kernelImagePath: 'arch/x86/boot/bzImage',
};

export const ARCHITECTURE_NAMES: Readonly<Record<ArchitectureNames['name'], ArchitectureNames>> = { 'x86-64': X86_64 };

/** The architecture of every guest. */
export const GUEST_ARCHITECTURE: ArchitectureNames = X86_64;
