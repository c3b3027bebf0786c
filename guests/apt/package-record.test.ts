import { expect, test } from 'vitest';
import { kernelPackageOf, parsePackageRecord } from './package-record.ts';

const META = `Package: linux-image-amd64
Source: linux-signed-amd64 (6.1.176+1)
Version: 6.1.176-1
Depends: linux-image-6.1.0-50-amd64 (= 6.1.176-1), other
Description: Linux for 64-bit PCs (meta-package)
 This package depends on the latest Linux kernel.
SHA256: aa

Package: linux-image-amd64
Version: 6.1.1-1
`;

test('the first record is read, and its metapackage points at one kernel', () => {
  const record = parsePackageRecord(META);
  expect(record).toStrictEqual({
    name: 'linux-image-amd64',
    version: '6.1.176-1',
    sha256: 'aa',
    depends: ['linux-image-6.1.0-50-amd64 (= 6.1.176-1)', 'other'],
  });
  expect(record && kernelPackageOf(record)).toBe('linux-image-6.1.0-50-amd64');
});

test('a package without a kernel among its dependencies is itself one', () => {
  expect(
    kernelPackageOf({
      name: 'linux-image-6.1.0-50-amd64',
      version: '1',
      sha256: '',
      depends: ['kmod', 'linux-base (>= 4.3)'],
    }),
  ).toBe('linux-image-6.1.0-50-amd64');
});

test('nothing found is nothing', () => expect(parsePackageRecord('')).toBeUndefined());
