import { open } from 'node:fs/promises';
import { UserError } from '../../../orchestrator/model/errors.ts';
import { describeForeignImage } from '../../../orchestrator/model/foreign-image.ts';
import { hasPvhEntry, isElf64, readAt } from './elf-notes.ts';
import { messageOf } from '../../../orchestrator/model/message-of.ts';

/** A bzImage's boot sector, setup header and, as a rule, version string: kernel_version is a 16-bit pointer. */
export const HEAD_BYTES = 64 << 10;
/** Up to that pointer. */
export const SETUP_BYTES = 0x210;
const CHUNK_BYTES = 1 << 20;
/**
 * `uname -r`, in front of a blank, a zero or the end: at most 64 characters as in the kernel's utsname, and a name of
 * one folder, since modules lie in one of that name and files may say anything.
 */
const RELEASE = /^\d[^\s\0/]{0,63}(?=[\s\0]|$)/;
/** Longer than any release string with its prefix, so that one across two chunks is found. */
const OVERLAP_BYTES = 256;

/**
 * `uname -r` of a kernel image, read from the file itself: a bzImage says it in its boot header, an ELF
 * vmlinux in its banner. Rejects with UserError when the file is neither or cannot be read.
 */
export async function readKernelRelease(path: string): Promise<string> {
  await using file = await open(path).catch((error: unknown) => {
    throw new UserError(`The kernel image ${path} cannot be read: ${messageOf(error)}`, { code: 'unreadable-kernel' });
  });
  const head = await readAt(file, 0, HEAD_BYTES).catch(() => Buffer.alloc(0));
  const release = parseBzImageRelease(head) ?? (isElf64(head) ? await findBanner(file) : undefined);
  if (release === undefined) {
    const foreign = describeForeignImage(head, path);
    if (foreign) throw new UserError(`${path} is ${foreign.what}.`, { code: foreign.code, remedy: foreign.remedy });
    throw new UserError(`${path} is not a kernel image for x86.`, {
      code: 'not-a-kernel',
      remedy: 'name the bzImage (arch/x86/boot/bzImage) or the ELF vmlinux of a finished build.',
    });
  }
  if (isElf64(head) && !(await hasPvhEntry(path))) {
    throw new UserError(`QEMU cannot start the vmlinux ${path}: it was built without CONFIG_PVH.`, {
      code: 'vmlinux-without-pvh',
      remedy: 'name the bzImage of the same build (arch/x86/boot/bzImage), or enable CONFIG_PVH.',
    });
  }
  return release;
}

/**
 * Whether the first {@link SETUP_BYTES} are those of a bzImage: boot_flag at 0x1fe, "HdrS" at 0x202, after the kernel's
 * Documentation/arch/x86/boot.rst.
 */
export function isBzImage(head: Buffer): boolean {
  return (
    head.length >= SETUP_BYTES &&
    head.readUInt16LE(0x1fe) === 0xaa55 &&
    head.toString('latin1', 0x202, 0x206) === 'HdrS'
  );
}

/** The release in a bzImage's first bytes: kernel_version at 0x20e is a pointer less 0x200. */
export function parseBzImageRelease(head: Buffer): string | undefined {
  if (!isBzImage(head)) return undefined;
  const at = head.readUInt16LE(0x20e) + 0x200;
  return readRelease(head.toString('latin1', at, at + OVERLAP_BYTES));
}

/** The release that a text begins with; `undefined` if it begins with none. */
export function readRelease(text: string): string | undefined {
  return RELEASE.exec(text)?.[0];
}

/**
 * Where the compressed vmlinux lies in a bzImage, from its first bytes: payload_offset at 0x248 counts from the end of
 * the setup sectors (protocol 2.08).
 */
export function locatePayload(head: Buffer): { readonly start: number; readonly length: number } | undefined {
  if (parseBzImageRelease(head) === undefined || head.length < 0x250 || head.readUInt16LE(0x206) < 0x208)
    return undefined;
  // setup_sects at 0x1f1: zero means four, and the boot sector comes on top.
  return {
    start: ((head.readUInt8(0x1f1) || 4) + 1) * 512 + head.readUInt32LE(0x248),
    length: head.readUInt32LE(0x24c),
  };
}

async function findBanner(file: Awaited<ReturnType<typeof open>>): Promise<string | undefined> {
  let tail = '';
  const buffer = Buffer.alloc(CHUNK_BYTES);
  for (;;) {
    const { bytesRead } = await file.read(buffer, 0, CHUNK_BYTES);
    if (bytesRead === 0) return undefined;
    const text = tail + buffer.toString('latin1', 0, bytesRead);
    // Format strings such as "Linux version %s" are in there too.
    for (const { index } of text.matchAll(/Linux version (?=\d\S* )/g)) {
      const release = readRelease(text.slice(index + 'Linux version '.length, index + OVERLAP_BYTES));
      if (release !== undefined) return release;
    }
    tail = text.slice(-OVERLAP_BYTES);
  }
}
