import type { ImageFormat } from '../architecture.ts';

/** Up to kernel_version. */
const SETUP_BYTES = 0x210;
/** Longer than any version string's first word. */
const VERSION_BYTES = 256;

/** The kernel's Documentation/arch/x86/boot.rst. */
export const BZ_IMAGE: ImageFormat = {
  // Boot sector, setup header and, as a rule, version string: kernel_version is a 16-bit pointer.
  headBytes: 64 << 10,
  setupBytes: SETUP_BYTES,
  recognises,
  // kernel_version at 0x20e is a pointer less 0x200.
  versionOf: (head) => {
    if (!recognises(head)) return undefined;
    const at = head.readUInt16LE(0x20e) + 0x200;
    return head.toString('latin1', at, at + VERSION_BYTES);
  },
  // payload_offset at 0x248 counts from the end of the setup sectors (protocol 2.08).
  locatePayload: (head) => {
    if (!recognises(head) || head.length < 0x250 || head.readUInt16LE(0x206) < 0x208) return undefined;
    // setup_sects at 0x1f1: zero means four, and the boot sector comes on top.
    return {
      start: ((head.readUInt8(0x1f1) || 4) + 1) * 512 + head.readUInt32LE(0x248),
      length: head.readUInt32LE(0x24c),
    };
  },
};

/** boot_flag at 0x1fe, "HdrS" at 0x202. */
function recognises(head: Buffer): boolean {
  return (
    head.length >= SETUP_BYTES &&
    head.readUInt16LE(0x1fe) === 0xaa55 &&
    head.toString('latin1', 0x202, 0x206) === 'HdrS'
  );
}
