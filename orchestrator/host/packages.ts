import { GUEST_ARCH } from '../../guests/arch/architectures.ts';

/** The package managers that pmemrig can name a remedy for. */
export type PackageManager = 'apt' | 'dnf' | 'pacman' | 'zypper';

/** Something a host must have, and where it comes from. */
export interface HostNeed {
  readonly id: string;
  /** Completes "needed …". */
  readonly why: string;
  /** Present when any one of these commands is on PATH, or of these files exists. */
  readonly foundBy: { readonly commands: readonly string[] } | { readonly files: readonly string[] };
  /** Only a user other than root needs it. */
  readonly unprivilegedOnly?: boolean;
  /** Only who has kernels built from source needs it. */
  readonly forKernelBuilds?: boolean;
  /** Runs start without it; some tests are then skipped with that reason. */
  readonly isOptional?: boolean;
  /** Only who works on pmemrig itself needs it: `npm test` does. */
  readonly forTests?: boolean;
  /** `null`: the distribution does not package it. */
  readonly packages: Readonly<Record<PackageManager, string | null>>;
}

/**
 * What a run needs of its host beside Node. Kernels and images of Debian are resolved, verified and unpacked with
 * Debian's own tools, on any distribution. Arch has mmdebstrap only in the AUR; openSUSE has neither it nor apt.
 */
export const HOST_NEEDS: readonly HostNeed[] = [
  {
    id: 'qemu',
    why: 'to run guests',
    foundBy: { commands: [GUEST_ARCH.qemu.program] },
    packages: GUEST_ARCH.qemu.packages,
  },
  command('mmdebstrap', 'to build root file systems', {
    apt: 'mmdebstrap',
    dnf: 'mmdebstrap',
    pacman: null,
    zypper: null,
  }),
  command('apt-get', "to resolve and fetch Debian's kernels", { apt: 'apt', dnf: 'apt', pacman: 'apt', zypper: null }),
  command('dpkg-deb', 'to unpack kernel packages', everywhere('dpkg')),
  {
    id: 'debian-archive-keyring',
    why: "to verify Debian's signatures",
    foundBy: {
      files: ['/usr/share/keyrings/debian-archive-keyring.pgp', '/usr/share/keyrings/debian-archive-keyring.gpg'],
    },
    packages: { apt: 'debian-archive-keyring', dnf: 'debian-keyring', pacman: 'debian-archive-keyring', zypper: null },
  },
  {
    id: 'gpgv',
    why: "to verify Debian's signatures",
    // Debian 13's apt verifies with sqv and no longer pulls in gpgv.
    foundBy: { commands: ['gpgv', 'sqv'] },
    packages: { apt: 'gpgv', dnf: 'gnupg2', pacman: 'gnupg', zypper: 'gpg2' },
  },
  command('setpriv', 'to end guests with the controller', everywhere('util-linux')),
  command('unshare', 'to build root file systems in a name space of their own', everywhere('util-linux')),
  command('mke2fs', 'to write disk images', everywhere('e2fsprogs')),
  command('depmod', 'to index kernel modules', everywhere('kmod')),
  command('tar', 'to unpack root file systems', everywhere('tar')),
  command('xz', 'to unpack kernel modules (.ko.xz)', { ...everywhere('xz'), apt: 'xz-utils' }),
  command('zstd', 'to unpack kernel modules (.ko.zst)', everywhere('zstd')),
  {
    ...command('newuidmap', 'to build root file systems as a normal user', {
      apt: 'uidmap',
      dnf: 'shadow-utils',
      pacman: 'shadow',
      zypper: 'shadow',
    }),
    unprivilegedOnly: true,
  },
  // As guests/kernels/build/build-tools.ts asks for them.
  ...(
    [
      command('make', 'to build kernels', everywhere('make')),
      command('gcc', 'to build kernels', everywhere('gcc')),
      command('ld', 'to build kernels', everywhere('binutils')),
      command('flex', 'to build kernels', everywhere('flex')),
      command('bison', 'to build kernels', everywhere('bison')),
      command('bc', 'to build kernels', everywhere('bc')),
      command('git', 'to take kernel sources and patches', everywhere('git')),
      {
        id: 'libelf',
        why: "to build kernels' objtool",
        foundBy: { files: ['/usr/include/gelf.h', '/usr/include/libelf/gelf.h'] },
        packages: { apt: 'libelf-dev', dnf: 'elfutils-libelf-devel', pacman: 'libelf', zypper: 'libelf-devel' },
      },
      {
        id: 'openssl-headers',
        why: 'to build kernels that sign their modules',
        foundBy: { files: ['/usr/include/openssl/bio.h'] },
        packages: { apt: 'libssl-dev', dnf: 'openssl-devel', pacman: 'openssl', zypper: 'libopenssl-devel' },
      },
      command('ccache', 'to build kernels faster the second time', everywhere('ccache')),
    ] satisfies HostNeed[]
  ).map((need): HostNeed => ({ ...need, forKernelBuilds: true })),
  {
    ...command('strace', "to make the host's flushes fail or wait (suite flush)", everywhere('strace')),
    isOptional: true,
  },
  {
    id: 'gcc-for-guests',
    why: "to build the tests' own program for guests (suites flush and dax)",
    foundBy: { commands: ['gcc'] },
    packages: everywhere('gcc'),
    isOptional: true,
  },
  {
    id: 'static-libc',
    why: "to build the tests' own program for guests (suites flush and dax)",
    foundBy: { files: GUEST_ARCH.staticLibc },
    packages: { apt: 'libc6-dev', dnf: 'glibc-static', pacman: 'glibc', zypper: 'glibc-devel-static' },
    isOptional: true,
  },
  { ...command('chromium', "to test pmemrig's own report.html", everywhere('chromium')), forTests: true },
  {
    ...command(
      'cpio',
      'to test the archives that guests boot from by another program than the kernel',
      everywhere('cpio'),
    ),
    forTests: true,
  },
  // By its path: Fedora has moved it to a package of its own.
  {
    ...command('script', 'to test that a run outlives its terminal', {
      ...everywhere('util-linux'),
      apt: 'bsdutils',
      dnf: '/usr/bin/script',
    }),
    forTests: true,
  },
  { ...command('zsh', 'to test that it completes command lines', everywhere('zsh')), forTests: true },
  { ...command('bwrap', 'to test the sandbox that kernels are built in', everywhere('bubblewrap')), forTests: true },
  { ...command('bzip2', 'to test that compressed mailboxes are read', everywhere('bzip2')), forTests: true },
];

function command(name: string, why: string, packages: HostNeed['packages']): HostNeed {
  return { id: name, why, foundBy: { commands: [name] }, packages };
}

function everywhere(name: string): Record<PackageManager, string> {
  return { apt: name, dnf: name, pacman: name, zypper: name };
}
