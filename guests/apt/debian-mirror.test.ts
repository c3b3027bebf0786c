import { expect, test } from 'vitest';
import { findDebianKeyring, findDebianMirror, pickDebianMirror } from './debian-mirror.ts';

test("of the host's sources the one labelled Debian is taken, and its security archive", () => {
  const targets = `Docker|Docker CE|main|https://download.example/linux/debian/
Debian|Debian|main|http://mirror.example/debian/
Debian|Debian|contrib|http://other.example/debian/
Debian|Debian-Security|main|http://mirror.example/debian-security/`;
  expect(pickDebianMirror(targets)).toStrictEqual({
    main: 'http://mirror.example/debian/',
    security: 'http://mirror.example/debian-security/',
  });
});

test("before the host's first apt-get update an archive is known by its path", () => {
  expect(pickDebianMirror('||main|http://mirror.example/debian/')).toStrictEqual({
    main: 'http://mirror.example/debian/',
  });
});

test('a host without Debian sources has no mirror', () => {
  expect(pickDebianMirror('Ubuntu|Ubuntu|main|http://archive.example/ubuntu/\n')).toBeUndefined();
});

test('the environment names the mirror before the host does', async () => {
  expect(await findDebianMirror({ PMEMRIG_DEBIAN_MIRROR: 'http://mine.example/debian' })).toStrictEqual({
    main: 'http://mine.example/debian',
  });
});

test('a mirror that is no URL is refused', async () => {
  await expect(findDebianMirror({ PMEMRIG_DEBIAN_MIRROR: 'mine.example' })).rejects.toMatchObject({
    code: 'no-debian-mirror',
  });
});

test('without archive keys nothing is fetched', () => {
  expect(() => findDebianKeyring(['/nonexistent.gpg'])).toThrow("Debian's archive keys are not installed");
});
