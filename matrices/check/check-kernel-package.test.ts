import { expect, test } from 'vitest';
import { judgeControl } from './check-kernel-package.ts';

const BUILD = [
  'linux-headers-6.12.0_6.12.0-3_amd64.deb',
  'linux-image-6.12.0-dbg_6.12.0-3_amd64.deb',
  'linux-image-6.11.0_6.11.0-1_amd64.deb',
  'linux-image-6.12.0_6.12.0-3_amd64.deb',
];
const judge = (name: string, control: { architecture?: string; depends?: string } = {}) =>
  judgeControl(
    `/b/${name}_6.12.0-3_amd64.deb`,
    { package: name, architecture: 'amd64', depends: '', ...control },
    BUILD,
  );

test.each([
  'linux-image-6.12.0',
  'linux-image-6.1.0-50-amd64',
  'linux-image-6.1.0-50-amd64-unsigned',
  'linux-image-unsigned-6.8.0-45-generic',
  'linux-binary-7.2.13+deb14-amd64',
  'linux-binary-unsigned-7.3-amd64',
])('%s is a kernel', (name) => {
  expect(judge(name)).toBeUndefined();
});

test.each([
  'linux-headers-6.12.0',
  'linux-image-6.12.0-dbg',
  'linux-libc-dev',
  'linux-modules-6.12.0',
  'linux-base-6.12.0',
  'hello',
])('%s is none, and the kernel of the same build is named', (name) => {
  expect(judge(name)).toMatchObject({
    code: 'not-a-kernel-package',
    remedy: 'name /b/linux-image-6.12.0_6.12.0-3_amd64.deb',
  });
});

test('a metapackage names what it depends on', () => {
  expect(judge('linux-image-amd64', { depends: 'linux-image-6.1.0-50-amd64 (= 6.1.176-1)' })?.remedy).toContain(
    'linux-image-6.1.0-50-amd64,',
  );
});

test('a kernel of another architecture is refused', () => {
  expect(judge('linux-image-6.12.0', { architecture: 'arm64' })).toMatchObject({ code: 'wrong-architecture' });
});
