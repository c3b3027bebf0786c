import { type FileHandle, open } from 'node:fs/promises';

/** Layout as in elf(5). */
const PT_NOTE = 4;
/** Notes take a few hundred bytes; more is no kernel. */
const MAX_NOTES_BYTES = 1 << 20;

/** Whether a vmlinux has the note by which QEMU can start it. Reads headers only: with debug information the file may have a gigabyte. */
export async function hasEntryNote(
  path: string,
  entry: { readonly owner: string; readonly type: number },
): Promise<boolean> {
  await using file = await open(path);
  const head = await readAt(file, 0, 64);
  if (!isElf64(head)) return false;
  const [tableAt, entrySize, count] = [Number(head.readBigUInt64LE(32)), head.readUInt16LE(54), head.readUInt16LE(56)];
  const table = await readAt(file, tableAt, entrySize * count);
  for (let at = 0; at + 56 <= table.length; at += entrySize) {
    if (table.readUInt32LE(at) !== PT_NOTE) continue;
    const size = Math.min(Number(table.readBigUInt64LE(at + 32)), MAX_NOTES_BYTES);
    const notes = parseNotes(await readAt(file, Number(table.readBigUInt64LE(at + 8)), size));
    if (notes.some(({ owner, type }) => owner === entry.owner && type === entry.type)) return true;
  }
  return false;
}

export function isElf64(bytes: Buffer): boolean {
  return bytes.length >= 64 && bytes.toString('latin1', 0, 5) === '\x7fELF\x02';
}

/** Each note: sizes of name and value and the type, four bytes each, then both padded to four bytes. */
export function parseNotes(segment: Buffer): { readonly owner: string; readonly type: number }[] {
  const found: { owner: string; type: number }[] = [];
  for (let at = 0; at + 12 <= segment.length;) {
    const [nameSize, valueSize, type] = [
      segment.readUInt32LE(at),
      segment.readUInt32LE(at + 4),
      segment.readUInt32LE(at + 8),
    ];
    found.push({ owner: segment.toString('latin1', at + 12, at + 12 + Math.max(0, nameSize - 1)), type });
    at += 12 + Math.ceil(nameSize / 4) * 4 + Math.ceil(valueSize / 4) * 4;
  }
  return found;
}

/** As many bytes of a file as there are, up to `length`. */
export async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}
