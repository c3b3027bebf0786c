import { type ArchitectureNames, GUEST_ARCHITECTURE } from '../../orchestrator/model/architecture.ts';
import type { Architecture } from './architecture.ts';
import { X86_64 } from './x86-64.ts';

const ARCHITECTURES: Readonly<Record<ArchitectureNames['name'], Architecture>> = { 'x86-64': X86_64 };

/** The architecture of every guest, with QEMU's and the kernel's words for it. */
export const GUEST_ARCH: Architecture = ARCHITECTURES[GUEST_ARCHITECTURE.name];
