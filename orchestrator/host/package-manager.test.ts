import { describe, expect, test } from 'vitest';
import { detectPackageManager, formatInstallCommand } from './package-manager.ts';
import { HOST_NEEDS } from './packages.ts';

const formatForApt = (become: 'root' | 'sudo' | 'su') => formatInstallCommand('apt', ['mmdebstrap', 'uidmap'], become);
const only =
  (...commands: string[]) =>
  (name: string) =>
    commands.includes(name);

describe('detectPackageManager', () => {
  test.each([
    [['debian'], 'apt'],
    [['linuxmint', 'ubuntu', 'debian'], 'apt'],
    [['rocky', 'rhel', 'centos', 'fedora'], 'dnf'],
    [['manjaro', 'arch'], 'pacman'],
    [['opensuse-tumbleweed', 'opensuse', 'suse'], 'zypper'],
  ])('%j uses %s', (distributions, manager) => {
    expect(detectPackageManager(distributions, only())).toBe(manager);
  });

  test("another distribution's apt-get does not make it Debian", () => {
    expect(detectPackageManager(['fedora'], only('apt-get', 'dnf'))).toBe('dnf');
    expect(detectPackageManager(['mageia'], only('apt-get', 'dnf'))).toBe('dnf');
  });

  test('an unknown distribution with no known manager has none', () => {
    expect(detectPackageManager(['alpine'], only('apk'))).toBeUndefined();
  });
});

describe('formatInstallCommand', () => {
  test('is one line to type, by whoever has to type it', () => {
    expect(formatForApt('root')).toBe('apt-get update && apt-get install -y --no-install-recommends mmdebstrap uidmap');
    expect(formatForApt('sudo')).toBe(
      'sudo apt-get update && sudo apt-get install -y --no-install-recommends mmdebstrap uidmap',
    );
    expect(formatForApt('su')).toBe(
      "su -c 'apt-get update && apt-get install -y --no-install-recommends mmdebstrap uidmap'",
    );
    expect(formatInstallCommand('dnf', ['zstd'], 'sudo')).toBe(
      'sudo dnf install -y --setopt=install_weak_deps=False zstd',
    );
  });
});

test('every need has a name of its own, and a package for Debian', () => {
  expect(new Set(HOST_NEEDS.map(({ id }) => id)).size).toBe(HOST_NEEDS.length);
  expect(HOST_NEEDS.filter(({ packages }) => packages.apt === null)).toEqual([]);
});
