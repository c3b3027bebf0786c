import { open } from 'node:fs/promises';
import {
  describeForeignImage,
  FOREIGN_IMAGE_BYTES,
  type ForeignImage,
} from '../../orchestrator/model/foreign-image.ts';
import { present } from '../../orchestrator/model/present.ts';

/** What a file's first bytes say of it: `release` is `uname -r` of a bzImage, where it says so. */
export type KernelImageFacts =
  | { readonly isKernel: true; readonly release?: string }
  | { readonly isKernel: false; readonly foreign?: ForeignImage };

/**
 * Recognises a bzImage by the boot protocol's magic and a vmlinux by ELF's.
 * Offsets: Documentation/arch/x86/boot.rst (`header` at 0x202, `kernel_version` at 0x20e, relative to 0x200).
 * @throws the file system's error when the file can't be read
 */
export async function readKernelImage(path: string): Promise<KernelImageFacts> {
  await using file = await open(path);
  const header = await readAt(file, 0, FOREIGN_IMAGE_BYTES);
  if (header.subarray(0, 4).equals(Buffer.from('\x7fELF', 'latin1'))) return { isKernel: true };
  if (header.length < 0x210 || header.toString('latin1', 0x202, 0x206) !== 'HdrS') {
    const foreign = describeForeignImage(header, path);
    return { isKernel: false, ...present({ foreign }) };
  }
  const versionAt = header.readUInt16LE(0x20e);
  if (versionAt === 0) return { isKernel: true };
  const [text = ''] = (await readAt(file, 0x200 + versionAt, 256)).toString('latin1').split('\0');
  const release = /^\S+/.exec(text)?.[0];
  return release === undefined ? { isKernel: true } : { isKernel: true, release };
}

async function readAt(file: Awaited<ReturnType<typeof open>>, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}
