/**
 * Flags for a kernel with PROVE_LOCKING that the rig builds, shared by all tests since that takes minutes. Without XFS
 * and device mapper it takes two thirds of the time.
 */
export const LOCKDEP_KERNEL = [
  '--kernel',
  'linux-source-6.1',
  '--config',
  'guest,nvdimm,virtio-pmem,prove-locking,hung-task',
] as const;

/**
 * That kernel's own inversion, between a namespace's lock and a read of its `uevent`; making an NVDIMM's namespace
 * shows it now and then.
 */
export const KNOWN_SPLATS = ['--known', 'lockdep-circular: kn->active*'] as const;
