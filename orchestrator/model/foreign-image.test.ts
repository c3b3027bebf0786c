import fc from 'fast-check';
import { expect, test } from 'vitest';
import { describeForeignImage } from './foreign-image.ts';

/** A PE of these sections, as systemd's stub with a kernel behind it is one. */
function portableExecutable(sections: readonly string[]): Buffer {
  const head = Buffer.alloc(4096);
  head.write('MZ');
  head.writeUInt32LE(0x80, 0x3c);
  head.write('PE\0\0', 0x80, 'latin1');
  head.writeUInt16LE(sections.length, 0x86);
  head.writeUInt16LE(0xf0, 0x94);
  for (const [i, name] of sections.entries()) head.write(name, 0x98 + 0xf0 + 40 * i, 'latin1');
  return head;
}

function zboot(compression: string): Buffer {
  const head = Buffer.alloc(4096);
  head.write('MZ\0\0zimg', 'latin1');
  head.writeUInt32LE(0x1000, 8);
  head.writeUInt32LE(77, 12);
  head.write(compression, 24, 'latin1');
  return head;
}

test('the kernel of a unified image is taken out by objcopy', () => {
  expect(
    describeForeignImage(portableExecutable(['.text', '.osrel', '.cmdline', '.linux', '.initrd']), '/boot/a.efi'),
  ).toMatchObject({
    code: 'unified-kernel-image',
    remedy: expect.stringContaining('objcopy -O binary --only-section=.linux /boot/a.efi vmlinuz') as string,
  });
});

test.each([
  ['gzip', 'gunzip'],
  ['zstd22', 'unzstd'],
  ['xzkern', 'unxz'],
])('a zboot image by %s is unpacked by %s from the byte that its header says', (compression, program) => {
  expect(describeForeignImage(zboot(compression), 'vmlinuz.efi')?.remedy).toContain(
    `tail -c +4097 vmlinuz.efi | head -c 77 | ${program} > Image`,
  );
});

test('a bzImage with an EFI stub is no foreign image, nor is any other program for EFI', () => {
  const bzImage = portableExecutable(['.linux']);
  bzImage.write('HdrS', 0x202, 'latin1');
  expect(describeForeignImage(bzImage, 'x')).toBeUndefined();
  expect(describeForeignImage(portableExecutable(['.text', '.data']), 'x')).toBeUndefined();
});

test('any bytes, torn anywhere, are judged without a fault', () => {
  const heads = fc.oneof(
    fc.constantFrom(portableExecutable(['.linux']), zboot('gzip')),
    fc.uint8Array({ maxLength: 5000 }).map((bytes) => Buffer.concat([Buffer.from('MZ'), bytes])),
  );
  fc.assert(
    fc.property(
      heads,
      fc.nat({ max: 4096 }),
      (head, length) => void describeForeignImage(head.subarray(0, length), 'x'),
    ),
  );
});
