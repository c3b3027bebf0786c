import { GUEST_ARCHITECTURE } from './architecture.ts';

/**
 * How much of a file {@link describeForeignImage} looks at, in bytes: the headers of an EFI program, with its list of
 * sections.
 */
export const FOREIGN_IMAGE_BYTES = 4096;

/** A kernel in a wrapping that QEMU's `-kernel` cannot start: what it is, and how to get at the kernel in it. */
export interface ForeignImage {
  readonly code: string;
  readonly what: string;
  readonly remedy: string;
}

const { name: ARCHITECTURE, kernelImage, kernelImagePath, sourceFolder } = GUEST_ARCHITECTURE;
const NAME_OWN_IMAGE = `name the ${kernelImage} of an ${ARCHITECTURE} build (${kernelImagePath})`;

/**
 * Recognises, by a file's first bytes, kernels for other loaders or processors; `undefined` for all else, a bzImage
 * among them. Layouts: PE/COFF, the UAPI group's specification of unified kernel images, and the kernel's
 * drivers/firmware/efi/libstub/zboot-header.S and Documentation/arch/arm64/booting.rst.
 */
export function describeForeignImage(head: Buffer, path: string): ForeignImage | undefined {
  const text = (from: number, to: number): string => head.toString('latin1', from, to);
  if (text(0x202, 0x206) === 'HdrS') return undefined;
  if (text(0, 2) === 'MZ' && text(4, 8) === 'zimg' && head.length >= 0x38) return zboot(head, path);
  if (text(0, 2) === 'MZ' && sectionNames(head).includes('.linux')) {
    return {
      code: 'unified-kernel-image',
      what: 'a unified kernel image, which only an EFI firmware starts',
      remedy: `take the kernel out of it, and name that: objcopy -O binary --only-section=.linux ${path} vmlinuz`,
    };
  }
  if (text(0x38, 0x3c) === 'ARM\x64')
    return {
      code: 'wrong-architecture',
      what: `a kernel for arm64, and the guests are ${ARCHITECTURE}`,
      remedy: NAME_OWN_IMAGE,
    };
  if (text(0, 2) === '\x1f\x8b')
    return {
      code: 'compressed-kernel',
      what: 'compressed by gzip',
      remedy: `unpack it first: gunzip < ${path} > kernel; or ${NAME_OWN_IMAGE}`,
    };
  return undefined;
}

/**
 * Programs that unpack what a zboot header says that its payload is compressed by; the kernel calls zstd by its level,
 * too.
 */
const UNPACKERS: readonly (readonly [RegExp, string])[] = [
  [/^gzip/, 'gunzip'],
  [/^zstd/, 'unzstd'],
  [/^xz/, 'unxz'],
  [/^lz4/, 'unlz4'],
  [/^lzma/, 'unlzma'],
];

/** Reads the header: the payload's offset at 8, its size at 12, and the name of its compression at 24. */
function zboot(head: Buffer, path: string): ForeignImage {
  const [offset, size] = [head.readUInt32LE(8), head.readUInt32LE(12)];
  const compression = head.toString('latin1', 24, 56).replace(/\0.*$/s, '');
  const unpack = UNPACKERS.find(([pattern]) => pattern.test(compression))?.[1];
  const command =
    unpack === undefined ? '' : `; to unpack it: tail -c +${offset + 1} ${path} | head -c ${size} | ${unpack} > Image`;
  return {
    code: 'zboot-image',
    what:
      `an EFI zboot image (${compression}), which only an EFI firmware starts; ` +
      `kernels for ${sourceFolder} are never made so`,
    remedy: `${NAME_OWN_IMAGE}${command}`,
  };
}

/** Names in a PE's section table: its offset stands at 0x3c, and 40 bytes each follow the optional header. */
function sectionNames(head: Buffer): readonly string[] {
  if (head.length < 0x40) return [];
  const at = head.readUInt32LE(0x3c);
  if (at + 24 > head.length || head.toString('latin1', at, at + 4) !== 'PE\0\0') return [];
  const [count, optionalBytes] = [head.readUInt16LE(at + 6), head.readUInt16LE(at + 20)];
  return Array.from({ length: count }, (_, i) => at + 24 + optionalBytes + 40 * i)
    .filter((entry) => entry + 8 <= head.length)
    .map((entry) => head.toString('latin1', entry, entry + 8).replace(/\0.*$/s, ''));
}
