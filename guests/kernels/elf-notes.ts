/**
 * Whether an ELF vmlinux can be started by QEMU directly (the PVH boot protocol): it then has an ELF note of
 * owner "Xen" and type 18, XEN_ELFNOTE_PHYS32_ENTRY, which CONFIG_PVH adds. Layout as in elf(5); pure.
 */
const PT_NOTE = 4;
const PHYS32_ENTRY = 18;

export function hasPvhEntry(elf: Buffer): boolean {
  return noteSegments(elf).some((segment) => notes(segment).some(({ owner, type }) => owner === 'Xen' && type === PHYS32_ENTRY));
}

export function isElf64(bytes: Buffer): boolean {
  return bytes.length >= 64 && bytes.toString('latin1', 0, 5) === '\x7fELF\x02';
}

function noteSegments(elf: Buffer): Buffer[] {
  if (!isElf64(elf)) return [];
  const [tableAt, entrySize, count] = [Number(elf.readBigUInt64LE(32)), elf.readUInt16LE(54), elf.readUInt16LE(56)];
  return Array.from({ length: count }, (_, i) => elf.subarray(tableAt + i * entrySize, tableAt + (i + 1) * entrySize))
    .filter((header) => header.length >= 56 && header.readUInt32LE(0) === PT_NOTE)
    .map((header) => {
      const at = Number(header.readBigUInt64LE(8));
      return elf.subarray(at, at + Number(header.readBigUInt64LE(32)));
    });
}

function notes(segment: Buffer): { owner: string; type: number }[] {
  const found: { owner: string; type: number }[] = [];
  for (let at = 0; at + 12 <= segment.length; ) {
    const [nameSize, valueSize, type] = [segment.readUInt32LE(at), segment.readUInt32LE(at + 4), segment.readUInt32LE(at + 8)];
    found.push({ owner: segment.toString('latin1', at + 12, at + 12 + Math.max(0, nameSize - 1)), type });
    at += 12 + roundUp(nameSize) + roundUp(valueSize);
  }
  return found;
}

function roundUp(size: number): number {
  return Math.ceil(size / 4) * 4;
}
