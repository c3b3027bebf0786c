import { InfraError, UserError } from '../../orchestrator/model/errors.ts';
import { GUEST_ARCH } from '../arch/architectures.ts';
import { QemuStartError } from './qemu-process.ts';
import { messageOf } from '../../orchestrator/model/message-of.ts';

/** What QEMU prints when the file behind `-kernel` is none that it can load (hw/i386/x86.c, multiboot.c). */
const BAD_KERNEL =
  /could not (?:load|open) kernel|Error loading uncompressed kernel|invalid kernel header|error reading initrd|multiboot|kernel.*too large/i;
const NO_MEMORY = /cannot set up guest memory|Cannot allocate memory|unable to map backing store/i;

/** Says whom to blame when QEMU would not start. */
export function blameQemuStart(error: unknown, kernel: { readonly name: string; readonly image: string }): Error {
  if (!(error instanceof QemuStartError)) {
    // No process to be had, no files to be opened: Node throws before there is a QEMU.
    return new InfraError(`QEMU would not start: ${messageOf(error)}`, {
      code: 'qemu-start',
      remedy: 'see `pmemrig doctor`',
      cause: error,
    });
  }
  if (BAD_KERNEL.test(error.message)) {
    return new UserError(`QEMU cannot boot kernel "${kernel.name}" (${kernel.image}): ${error.message}`, {
      code: 'kernel-not-bootable',
      remedy: `give a ${GUEST_ARCH.kernelImage}, or a vmlinux built with ${GUEST_ARCH.vmlinuxEntry.option}`,
      cause: error,
    });
  }
  if (NO_MEMORY.test(error.message)) {
    return new InfraError(`the host has no memory for a guest: ${error.message}`, {
      code: 'no-memory',
      remedy: 'run fewer guests at once, or smaller ones',
      cause: error,
    });
  }
  return new InfraError(`QEMU would not start: ${error.message}`, {
    code: 'qemu-start',
    remedy: 'see `pmemrig doctor`',
    cause: error,
  });
}
