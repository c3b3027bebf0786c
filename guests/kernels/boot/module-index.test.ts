import { expect, test } from 'vitest';
import { insertionOrder, moduleName, parseModuleIndex } from './module-index.ts';

const DEP = `kernel/fs/ext4/ext4.ko: kernel/fs/mbcache.ko kernel/fs/jbd2/jbd2.ko kernel/lib/crc16.ko
kernel/fs/jbd2/jbd2.ko: kernel/lib/crc16.ko
kernel/fs/mbcache.ko:
kernel/lib/crc16.ko:
kernel/arch/x86/crypto/crc32c-intel.ko.xz:
`;

test.each([
  ['kernel/arch/x86/crypto/crc32c-intel.ko', 'crc32c_intel'],
  ['kernel/fs/ext4/ext4.ko.zst', 'ext4'],
])('the name of %s is %s', (path, name) => expect(moduleName(path)).toBe(name));

test('each module comes after all that it needs, and once', () => {
  const order = insertionOrder(parseModuleIndex(DEP, ''), ['ext4', 'jbd2', 'crc32c_intel']);
  expect(order).toStrictEqual([
    'kernel/fs/mbcache.ko',
    'kernel/lib/crc16.ko',
    'kernel/fs/jbd2/jbd2.ko',
    'kernel/fs/ext4/ext4.ko',
    'kernel/arch/x86/crypto/crc32c-intel.ko.xz',
  ]);
});

test('what is built in, or unknown, is left to the kernel', () => {
  const index = parseModuleIndex(DEP, 'kernel/drivers/virtio/virtio_pci.ko\n');
  expect(index.builtin).toStrictEqual(new Set(['virtio_pci']));
  expect(insertionOrder(index, ['virtio_pci', 'nonsense'])).toStrictEqual([]);
});

test('modules that need each other do not hang it', () => {
  expect(insertionOrder(parseModuleIndex('a.ko: b.ko\nb.ko: a.ko\n', ''), ['a'])).toStrictEqual(['b.ko', 'a.ko']);
});
