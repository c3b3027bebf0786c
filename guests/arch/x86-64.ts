import { ARCHITECTURE_NAMES } from '../../orchestrator/model/architecture.ts';
import type { Architecture } from './architecture.ts';
import { BZ_IMAGE } from './x86-64/bz-image.ts';
import { MACHINE_TYPES } from './x86-64/machine-types.ts';
import { composeProbePayload, PROBE_EXIT_CODE, PROBE_EXIT_PORT, PROBE_WORD } from './x86-64/probe-payload.ts';
import { readRegisters } from './x86-64/registers.ts';

/**
 * Emulated timers run late on a busy host, and the kernel would distrust them. Not `tsc=reliable`: a calibration gone
 * wrong on a busy host then stays, and the guest's clock was seen to run at twice the speed.
 */
const LATE_TIMERS = ['no_timer_check'];

export const X86_64: Architecture = {
  ...ARCHITECTURE_NAMES['x86-64'],
  qemu: {
    program: 'qemu-system-x86_64',
    packages: { apt: 'qemu-system-x86', dnf: 'qemu-system-x86-core', pacman: 'qemu-system-x86', zypper: 'qemu-x86' },
    cpu: { kvm: 'host', tcg: 'max', 'tcg-icount': 'max' },
  },
  staticLibc: ['/usr/lib/x86_64-linux-gnu/libc.a', '/usr/lib64/libc.a', '/usr/lib/libc.a'],
  machineTypes: MACHINE_TYPES,
  machineType: MACHINE_TYPES.pc,
  console: 'ttyS0',
  kernelArgs: { kvm: [], tcg: LATE_TIMERS, 'tcg-icount': LATE_TIMERS },
  imageFormat: BZ_IMAGE,
  // The second folder is a link to the first, which older trees have.
  imageInTree: /^(?<top>.+)\/arch\/x86(?:_64)?\/boot\/(?<file>[^/]+)$/,
  // XEN_ELFNOTE_PHYS32_ENTRY: where QEMU starts a vmlinux directly (PVH boot protocol).
  vmlinuxEntry: { owner: 'Xen', type: 18, option: 'CONFIG_PVH' },
  pmemAlignBytes: 2 * 2 ** 20,
  readRegisters,
  probe: {
    payload: composeProbePayload,
    diskInterface: 'ide',
    exitDevice: `isa-debug-exit,iobase=${PROBE_EXIT_PORT},iosize=1`,
    exitCode: PROBE_EXIT_CODE,
    word: PROBE_WORD,
  },
};
