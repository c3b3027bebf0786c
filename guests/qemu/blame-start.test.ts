import { expect, test } from 'vitest';
import { blameQemuStart } from './blame-start.ts';
import { QemuStartError } from './qemu-process.ts';

const kernel = { name: 'mine', image: '/k/bzImage' };
const blame = (message: string) => blameQemuStart(new QemuStartError(message, message), kernel);

// QEMU 7.2's own words.
test.each([
  [
    "qemu-system-x86_64: could not load kernel '/k/bzImage': No such file or directory",
    'UserError',
    'kernel-not-bootable',
  ],
  ['qemu-system-x86_64: Error loading uncompressed kernel without PVH ELF Note', 'UserError', 'kernel-not-bootable'],
  ["qemu-system-x86_64: cannot set up guest memory 'pc.ram': Cannot allocate memory", 'InfraError', 'no-memory'],
  [
    'qemu-system-x86_64: -device {"driver":"nvdimm"}: \'nvdimm\' is not a valid device model name',
    'InfraError',
    'qemu-start',
  ],
])('%s', (message, name, code) => {
  const error = blame(message);
  expect(error).toMatchObject({ name, code });
  expect(error.message).toContain(message);
});
