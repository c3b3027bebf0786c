import { expect, test } from 'vitest';
import { collectParts, namedRelease, partsOf, unsignedName } from './kernel-parts.ts';

interface Listed {
  readonly name: string;
  readonly depends: readonly string[];
}

/** As the archive's index has them; a few others in between. */
const ARCHIVE: readonly Listed[] = [
  {
    name: 'linux-image-7.2.13+deb14-amd64',
    depends: [
      'dracut | initramfs-tools (>= 0.120) | linux-initramfs-tool',
      'linux-base-7.2.13+deb14-amd64 (= 7.2.13-1)',
      'linux-binary-7.2.13+deb14-amd64 (= 7.2.13-1)',
      'linux-modules-7.2.13+deb14-amd64 (= 7.2.13-1)',
    ],
  },
  { name: 'linux-binary-7.2.13+deb14-amd64', depends: ['linux-base-7.2.13+deb14-amd64 (= 7.2.13-1)'] },
  { name: 'linux-binary-unsigned-7.2.13+deb14-amd64', depends: ['linux-base-7.2.13+deb14-amd64 (= 7.2.13-1)'] },
  { name: 'linux-modules-7.2.13+deb14-amd64', depends: ['kmod', 'linux-base-7.2.13+deb14-amd64 (= 7.2.13-1)'] },
  { name: 'linux-base-7.2.13+deb14-amd64', depends: [] },
  {
    name: 'linux-image-6.12.117+deb13-amd64',
    depends: ['kmod', 'linux-base (>= 4.12~)', 'initramfs-tools (>= 0.120) | linux-initramfs-tool'],
  },
];

const collect = async (name: string, archive = ARCHIVE): Promise<readonly string[]> => {
  const find = async (wanted: string): Promise<Listed | undefined> => archive.find((it) => it.name === wanted);
  const first = await find(name);
  if (!first) throw new Error(name);
  const parts = await collectParts(first, { find, missing: (names, by) => new Error(`${by}: ${names.join(' or ')}`) });
  return parts.map((part) => part.name.replace(/-\d.*/, ''));
};

test('a split kernel is all the packages of its release that it depends on, each once', async () => {
  expect(await collect('linux-image-7.2.13+deb14-amd64')).toStrictEqual([
    'linux-image',
    'linux-base',
    'linux-binary',
    'linux-modules',
  ]);
});

test('a kernel in one package is that package', async () => {
  expect(await collect('linux-image-6.12.117+deb13-amd64')).toStrictEqual(['linux-image']);
});

test('a part that the archive does not have is named with what wants it', async () => {
  await expect(
    collect(
      'linux-image-7.2.13+deb14-amd64',
      ARCHIVE.filter(({ name }) => !name.startsWith('linux-modules')),
    ),
  ).rejects.toThrow('linux-image-7.2.13+deb14-amd64: linux-modules-7.2.13+deb14-amd64');
});

test('of alternatives those of the release count, whatever is written behind their names', () => {
  expect(
    partsOf({
      name: 'linux-image-7.3-amd64',
      depends: [
        'linux-binary-7.3-amd64 (= 7.3~rc7-1) | linux-binary-unsigned-7.3-amd64:amd64 [linux-any]',
        'linux-binary-7.3-rt-amd64',
      ],
    }),
  ).toStrictEqual([['linux-binary-7.3-amd64', 'linux-binary-unsigned-7.3-amd64']]);
});

test.each([
  ['linux-image-6.1.0-50-amd64', '6.1.0-50-amd64'],
  ['linux-image-6.1.0-50-amd64-unsigned', '6.1.0-50-amd64'],
  ['linux-image-unsigned-6.8.0-45-generic', '6.8.0-45-generic'],
  ['linux-modules-extra-6.8.0-45-generic', '6.8.0-45-generic'],
  ['linux-binary-unsigned-7.3-cloud-amd64', '7.3-cloud-amd64'],
  ['linux-image-6.12.0-rc1+', '6.12.0-rc1+'],
  ['linux-image-amd64', undefined],
  ['linux-libc-dev', undefined],
])('%s is of the release %s', (name, release) => expect(namedRelease(name)).toBe(release));

test.each([
  ['linux-binary-7.3-amd64', 'linux-binary-unsigned-7.3-amd64'],
  ['linux-image-6.1.0-50-amd64', 'linux-image-6.1.0-50-amd64-unsigned'],
  ['linux-modules-7.3-amd64', undefined],
  ['linux-image-6.1.0-50-amd64-unsigned', undefined],
])('%s unsigned is %s', (name, unsigned) => expect(unsignedName(name)).toBe(unsigned));
