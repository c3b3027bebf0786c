import { access, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PrepareContext } from '../store/prepare-context.ts';
import { runTool } from '../store/run-tool.ts';
import { hasPvhEntry } from './elf-notes.ts';
import { bzImagePayload } from './kernel-release.ts';

/** What a bzImage's payload may be compressed with, known by the formats' own magic bytes. */
const COMPRESSIONS = [
  // The kernel's build appends the unpacked size to all formats but gzip, whose trailer holds it anyway.
  { magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a], argv: ['xz', '--decompress', '--stdout'], appended: 4 },
  { magic: [0x28, 0xb5, 0x2f, 0xfd], argv: ['zstd', '--decompress', '--stdout', '--quiet'], appended: 4 },
  { magic: [0x1f, 0x8b], argv: ['gzip', '--decompress', '--stdout'], appended: 0 },
] as const;

/**
 * Unpacks the vmlinux inside a bzImage to `out`, for QEMU to start directly: a guest under TCG would spend two to
 * three seconds unpacking itself on each boot. Gives false, and leaves no file, when this kernel cannot be started
 * so (no CONFIG_PVH, another compression): then the bzImage has to do.
 */
export async function extractPvhKernel(bzImage: string, out: string, { signal, log }: PrepareContext): Promise<boolean> {
  const payload = bzImagePayload(await readFile(bzImage));
  const compression = payload && COMPRESSIONS.find(({ magic }) => magic.every((byte, i) => payload[i] === byte));
  if (!payload || !compression) return false;
  const [packed, unpacked] = [`${out}.packed`, `${out}.unpacked`];
  try {
    await writeFile(packed, payload.subarray(0, payload.length - compression.appended));
    await runTool(['sh', '-c', 'out=$1 in=$2; shift 2; exec "$@" < "$in" > "$out"', 'sh', unpacked, packed, ...compression.argv], { signal });
    if (!(await hasPvhEntry(unpacked))) return false;
    await rename(unpacked, out);
    return true;
  } catch (error) {
    signal?.throwIfAborted();
    log(`${bzImage} stays compressed, its guests boot slower: ${error instanceof Error ? error.message : String(error)}`);
    return false;
  } finally {
    await Promise.all([packed, unpacked].map((file) => rm(file, { force: true })));
  }
}

/** What QEMU shall start of a kernel's store entry: the unpacked kernel if there is one. */
export async function bootImage(entry: string): Promise<string> {
  const [vmlinux, vmlinuz] = [join(entry, 'vmlinux'), join(entry, 'vmlinuz')];
  return access(vmlinux).then(
    () => vmlinux,
    () => vmlinuz,
  );
}
