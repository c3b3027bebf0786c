import { open } from 'node:fs/promises';
import { UserError } from '../../../orchestrator/model/errors.ts';
import { describeForeignImage } from '../../../orchestrator/model/foreign-image.ts';
import { GUEST_ARCH } from '../../arch/architectures.ts';
import { hasEntryNote, isElf64, readAt } from './elf-notes.ts';
import { messageOf } from '../../../orchestrator/model/message-of.ts';

const CHUNK_BYTES = 1 << 20;
/**
 * `uname -r`, in front of a blank, a zero or the end. It has at most 64 characters as in the kernel's utsname. It is
 * the name of one folder: modules lie in a folder of that name, and files may say anything.
 */
const RELEASE = /^\d[^\s\0/]{0,63}(?=[\s\0]|$)/;
/** Longer than any release string with its prefix, so that one across two chunks is found. */
const OVERLAP_BYTES = 256;

/**
 * `uname -r` of a kernel image, read from the file itself: a bzImage says it in its boot header, an ELF
 * vmlinux in its banner. Rejects with UserError when the file is neither or cannot be read.
 */
export async function readKernelRelease(path: string): Promise<string> {
  const { imageFormat, kernelImage, kernelImagePath, sourceFolder, vmlinuxEntry } = GUEST_ARCH;
  await using file = await open(path).catch((error: unknown) => {
    throw new UserError(`The kernel image ${path} cannot be read: ${messageOf(error)}`, { code: 'unreadable-kernel' });
  });
  const head = await readAt(file, 0, imageFormat.headBytes).catch(() => Buffer.alloc(0));
  const release = parseImageRelease(head) ?? (isElf64(head) ? await findBanner(file) : undefined);
  if (release === undefined) {
    const foreign = describeForeignImage(head, path);
    if (foreign) throw new UserError(`${path} is ${foreign.what}.`, { code: foreign.code, remedy: foreign.remedy });
    throw new UserError(`${path} is not a kernel image for ${sourceFolder}.`, {
      code: 'not-a-kernel',
      remedy: `name the ${kernelImage} (${kernelImagePath}) or the ELF vmlinux of a finished build.`,
    });
  }
  if (isElf64(head) && !(await hasEntryNote(path, vmlinuxEntry))) {
    throw new UserError(`QEMU cannot start the vmlinux ${path}: it was built without ${vmlinuxEntry.option}.`, {
      code: 'vmlinux-without-pvh',
      remedy: `name the ${kernelImage} of the same build (${kernelImagePath}), or enable ${vmlinuxEntry.option}.`,
    });
  }
  return release;
}

/** The release that an image's first bytes say; `undefined` for what is no such image. */
export function parseImageRelease(head: Buffer): string | undefined {
  const version = GUEST_ARCH.imageFormat.versionOf(head);
  return version === undefined ? undefined : readRelease(version);
}

/** The release that a text begins with; `undefined` if it begins with none. */
export function readRelease(text: string): string | undefined {
  return RELEASE.exec(text)?.[0];
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
