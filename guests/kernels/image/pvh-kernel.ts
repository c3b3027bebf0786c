import { createReadStream, createWriteStream } from 'node:fs';
import { access, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { PrepareContext } from '../../store/prepare-context.ts';
import { runTool } from '../../store/run-tool.ts';
import { GUEST_ARCH } from '../../arch/architectures.ts';
import { hasEntryNote, readAt } from './elf-notes.ts';
import { parseImageRelease } from './kernel-release.ts';
import { messageOf } from '../../../orchestrator/model/message-of.ts';

/** What a bzImage's payload may be compressed with, known by the formats' own magic bytes. */
const COMPRESSIONS = [
  // The kernel's build appends the unpacked size to all formats but gzip, whose trailer holds it anyway.
  { magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a], argv: ['xz', '--decompress', '--stdout'], appended: 4 },
  { magic: [0x28, 0xb5, 0x2f, 0xfd], argv: ['zstd', '--decompress', '--stdout', '--quiet'], appended: 4 },
  { magic: [0x1f, 0x8b], argv: ['gzip', '--decompress', '--stdout'], appended: 0 },
] as const;

/**
 * Unpacks the vmlinux inside a bzImage to `out`, for QEMU to start directly. A guest under TCG would spend two to three
 * seconds unpacking itself on each boot. Gives false, and leaves no file, when this kernel cannot be started so (no
 * CONFIG_PVH, another compression): then the bzImage has to do.
 */
export async function extractPvhKernel(image: string, out: string, { signal, log }: PrepareContext): Promise<boolean> {
  const payload = await findPayload(image);
  if (!payload) return false;
  const { start, end, argv } = payload;
  const [packed, unpacked] = [`${out}.packed`, `${out}.unpacked`];
  try {
    await pipeline(createReadStream(image, { start, end }), createWriteStream(packed));
    await runTool(['sh', '-c', 'out=$1 in=$2; shift 2; exec "$@" < "$in" > "$out"', 'sh', unpacked, packed, ...argv], {
      signal,
    });
    if (!(await hasEntryNote(unpacked, GUEST_ARCH.vmlinuxEntry))) return false;
    await rename(unpacked, out);
    return true;
  } catch (error) {
    signal?.throwIfAborted();
    log(`${image} stays compressed, its guests boot slower: ${messageOf(error)}`);
    return false;
  } finally {
    await Promise.all([packed, unpacked].map((file) => rm(file, { force: true })));
  }
}

/**
 * First and last byte of the compressed vmlinux, and what unpacks it. Reads a few bytes only: a vmlinux given as such
 * may have gigabytes.
 */
async function findPayload(
  image: string,
): Promise<{ readonly start: number; readonly end: number; readonly argv: readonly string[] } | undefined> {
  await using file = await open(image);
  const { imageFormat } = GUEST_ARCH;
  const head = await readAt(file, 0, imageFormat.headBytes);
  const place = parseImageRelease(head) === undefined ? undefined : imageFormat.locatePayload(head);
  if (!place || place.start + place.length > (await file.stat()).size) return undefined;
  const magicBytes = await readAt(file, place.start, 8);
  const compression = COMPRESSIONS.find(({ magic }) => magic.every((byte, i) => magicBytes[i] === byte));
  if (!compression || place.length <= compression.appended) return undefined;
  return { start: place.start, end: place.start + place.length - compression.appended - 1, argv: compression.argv };
}

/** What boot loaders start in place of what {@link bootImage} has found: the kernel as it was packed, if it was. */
export async function loaderImage(image: string): Promise<string> {
  const vmlinuz = join(dirname(image), 'vmlinuz');
  return access(vmlinuz).then(
    () => vmlinuz,
    () => image,
  );
}

/** What QEMU shall start of a kernel's store entry: the unpacked kernel if there is one. */
export async function bootImage(entry: string): Promise<string> {
  const [vmlinux, vmlinuz] = [join(entry, 'vmlinux'), join(entry, 'vmlinuz')];
  return access(vmlinux).then(
    () => vmlinux,
    () => vmlinuz,
  );
}
