import { describe, expect, test } from 'vitest';
import type { Check } from './check.ts';
import { diagnose, type DoctorReport, type Findings } from './diagnose.ts';
import { formatDoctor } from './format-doctor.ts';
import { HOST_NEEDS } from './packages.ts';

const GiB = 2 ** 30;

const GOOD: Findings = {
  host: {
    os: 'Debian GNU/Linux 12 (bookworm)',
    kernel: '6.1.0-50-amd64',
    architecture: 'x64',
    node: 'v20.19.2',
    cores: 2,
    memoryBytes: 8 * GiB,
    memoryAvailableBytes: 6.5 * GiB,
    cache: { path: '/c', freeBytes: 50 * GiB, writable: true },
    runs: { path: '/r', freeBytes: 50 * GiB, writable: true },
    packageManager: 'apt',
  },
  user: { name: 'ann', isRoot: false, sudo: 'asks-password', subordinateIds: 65536, namespaces: { work: true } },
  found: new Map(HOST_NEEDS.map(({ id }) => [id, `/usr/bin/${id}`])),
  qemu: { ok: true, value: { path: '/usr/bin/qemu-system-x86_64', version: '7.2.22' } },
  accelerator: { ok: true, value: { accelerator: 'tcg', reason: 'there is no /dev/kvm' } },
  archive: { ok: true, value: { main: 'http://ann:secret@archive.example/debian' } },
};

const NO_QEMU = { qemu: { ok: false, reason: 'qemu-system-x86_64 is not installed' } } as const;

function without(...ids: readonly string[]): Findings {
  return { ...GOOD, found: new Map([...GOOD.found].filter(([id]) => !ids.includes(id))) };
}

function find({ checks }: DoctorReport, name: string): Check | undefined {
  return checks.find((check) => check.name === name);
}

describe('diagnose', () => {
  test('a host that has everything is ready, and says which accelerator and why', () => {
    const report = diagnose(GOOD);
    expect(report.ready).toBe(true);
    expect(report.install).toBeUndefined();
    expect(find(report, 'accelerator')).toEqual({
      name: 'accelerator',
      status: 'ok',
      detail: 'tcg: there is no /dev/kvm',
    });
  });

  test('a host without strace or that refuses it is ready: only tests with faults are skipped', () => {
    const bare = diagnose(without('strace', 'static-libc'));
    expect(bare.ready).toBe(true);
    expect(find(bare, 'strace')).toMatchObject({ status: 'warn' });
    expect(bare.install?.packages).toEqual(['strace', 'libc6-dev']);
    const refused = diagnose({ ...GOOD, tracingRefusal: 'ptrace is refused.' });
    expect([refused.ready, find(refused, "faults of the host's flush")?.status]).toEqual([true, 'warn']);
    expect(find(diagnose({ ...GOOD, tracingRefusal: null }), "faults of the host's flush")?.status).toBe('ok');
  });

  test('each warning of QEMU is a check of its own and stops no run; a machine that QEMU refuses does', () => {
    const warned = diagnose({
      ...GOOD,
      started: { ok: true, value: ['qemu: warning: a is old', 'qemu: warning: b is old\nuse c'] },
    });
    expect(warned.ready).toBe(true);
    expect(
      warned.checks.filter(({ name }) => name === 'guest start').map(({ status, detail }) => [status, detail]),
    ).toEqual([
      ['warn', 'qemu: warning: a is old'],
      ['warn', 'qemu: warning: b is old\nuse c'],
    ]);
    expect(formatDoctor(warned)).toMatch(/^warn +guest start +qemu: warning: b is old\n +use c$/m);
    expect(find(diagnose({ ...GOOD, started: { ok: true, value: [] } }), 'guest start')).toBeUndefined();
    const refused = diagnose({
      ...GOOD,
      started: { ok: false, reason: 'QEMU cannot make a guest: no user network', remedy: 'another' },
    });
    expect(refused.ready).toBe(false);
    expect(find(refused, 'guest start')).toEqual({
      name: 'guest start',
      status: 'missing',
      detail: 'QEMU cannot make a guest: no user network',
      remedy: 'another',
    });
  });

  test('lacks are put together into one command, with each its own remedy', () => {
    const { accelerator: _, ...noProbe } = without('qemu', 'mke2fs', 'newuidmap');
    const report = diagnose({ ...noProbe, ...NO_QEMU });
    expect(report.ready).toBe(false);
    expect(report.install?.command).toBe(
      'sudo apt-get update && sudo apt-get install -y --no-install-recommends qemu-system-x86 e2fsprogs uidmap',
    );
    expect(find(report, 'QEMU')).toEqual({
      name: 'QEMU',
      status: 'missing',
      detail: 'qemu-system-x86_64 is not installed',
      remedy: 'sudo apt-get install -y --no-install-recommends qemu-system-x86',
    });
    expect(find(report, 'mke2fs')?.remedy).toBe('sudo apt-get install -y --no-install-recommends e2fsprogs');
  });

  test('what only the tests of pmemrig take is no lack of a user', () => {
    expect(diagnose(without('chromium')).ready).toBe(true);
    expect(diagnose({ ...without('chromium'), ownTests: true }).install?.packages).toEqual(['chromium']);
  });

  test('one package is installed once, though several needs come from it', () => {
    expect(diagnose(without('setpriv', 'unshare')).install?.packages).toEqual(['util-linux']);
  });

  test('the remedy is in the words of the own package manager', () => {
    const findings = without('mke2fs', 'mmdebstrap');
    const commands = (['dnf', 'pacman', 'zypper'] as const).map(
      (packageManager) => diagnose({ ...findings, host: { ...GOOD.host, packageManager } }).install?.command,
    );
    expect(commands).toEqual([
      'sudo dnf install -y --setopt=install_weak_deps=False mmdebstrap e2fsprogs',
      'sudo pacman -S --needed --noconfirm e2fsprogs',
      'sudo zypper --non-interactive install --no-recommends e2fsprogs',
    ]);
  });

  test('what a distribution does not package is said', () => {
    const report = diagnose({
      ...without('mmdebstrap'),
      host: { ...GOOD.host, os: 'openSUSE Leap', packageManager: 'zypper' },
    });
    expect(report.install).toBeUndefined();
    expect(find(report, 'mmdebstrap')).toMatchObject({
      status: 'missing',
      remedy: expect.stringContaining('openSUSE Leap has no package of it'),
    });
  });

  test('a QEMU named by the user makes up for one on PATH; a bad name is no lack of a package', () => {
    expect(diagnose(without('qemu')).ready).toBe(true);
    const misnamed = diagnose({ ...GOOD, qemu: { ok: false, reason: '$PMEMRIG_QEMU names /x', remedy: 'remove it' } });
    expect(misnamed.install).toBeUndefined();
    expect(find(misnamed, 'QEMU')?.remedy).toBe('remove it');
  });

  test('root needs no id mapping, and types no sudo', () => {
    const report = diagnose({
      ...without('newuidmap', 'xz'),
      user: { ...GOOD.user, isRoot: true, sudo: 'none', subordinateIds: 0 },
    });
    expect(report.install?.command).toBe('apt-get update && apt-get install -y --no-install-recommends xz-utils');
  });

  test.each([
    [{ namespaceSwitch: 'kernel.unprivileged_userns_clone=1' }, 'sudo sysctl -w kernel.unprivileged_userns_clone=1'],
    [{ subordinateIds: 0 }, 'sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 ann'],
    [
      { subordinateIds: 0, sudo: 'none' },
      "su -c 'usermod --add-subuids 100000-165535 --add-subgids 100000-165535 ann'",
    ],
    [{ isRoot: true }, 'give this container the capability SYS_ADMIN, or run pmemrig outside it'],
  ] as const)('name spaces that do not work: %j', (user, remedy) => {
    const report = diagnose({
      ...GOOD,
      user: { ...GOOD.user, namespaces: { work: false, reason: 'unshare: Operation not permitted' }, ...user },
    });
    expect(find(report, 'name spaces')).toMatchObject({ status: 'missing', remedy });
  });

  test('little memory or disk is a warning, too little a lack', () => {
    for (const [bytes, status, ready] of [
      [2 * GiB, 'warn', true],
      [GiB / 2, 'missing', false],
    ] as const) {
      const host = { ...GOOD.host, memoryAvailableBytes: bytes, cache: { ...GOOD.host.cache, freeBytes: bytes } };
      const report = diagnose({ ...GOOD, host });
      expect([find(report, 'memory')?.status, find(report, 'cache')?.status, report.ready]).toEqual([
        status,
        status,
        ready,
      ]);
    }
  });

  test('a folder that cannot be written is a lack, with the variable that moves it', () => {
    const report = diagnose({ ...GOOD, host: { ...GOOD.host, runs: { ...GOOD.host.runs, writable: false } } });
    expect(find(report, 'runs')).toEqual({
      name: 'runs',
      status: 'missing',
      detail: "/r can't be written",
      remedy: 'point $PMEMRIG_RUNS at a folder of yours',
    });
  });

  test('the Debian archive is shown without its password, and one that is not known is a lack', () => {
    expect(find(diagnose(GOOD), 'Debian archive')?.detail).toBe('http://archive.example/debian');
    const report = diagnose({
      ...GOOD,
      archive: { ok: false, reason: 'no archive', remedy: 'set PMEMRIG_DEBIAN_MIRROR' },
    });
    expect(report.ready).toBe(false);
    expect(find(report, 'Debian archive')?.remedy).toBe('set PMEMRIG_DEBIAN_MIRROR');
  });

  test('a host without a sandbox builds kernels all the same, and says whose rights their makefiles have', () => {
    const report = diagnose({
      ...GOOD,
      kernelBuilds: true,
      sandbox: { kind: 'none', reason: 'unshare: Operation not permitted' },
    });
    expect(report.ready).toBe(true);
    expect(find(report, 'sandbox')).toMatchObject({
      status: 'warn',
      detail: 'makefiles of patches run with your rights: unshare: Operation not permitted',
    });
    expect(find(diagnose({ ...GOOD, kernelBuilds: true, sandbox: { kind: 'bwrap' } }), 'sandbox')?.status).toBe('ok');
  });

  test('another architecture is a lack', () => {
    expect(diagnose({ ...GOOD, host: { ...GOOD.host, architecture: 'arm64' } }).ready).toBe(false);
  });
});

describe('formatDoctor', () => {
  test('aligns, and puts each remedy below its lack and the one command last', () => {
    expect(formatDoctor(diagnose(without('mke2fs', 'xz')), { quiet: true })).toBe(`\
missing  mke2fs  not installed; needed to write disk images
                 fix: sudo apt-get install -y --no-install-recommends e2fsprogs
missing  xz      not installed; needed to unpack kernel modules (.ko.xz)
                 fix: sudo apt-get install -y --no-install-recommends xz-utils

all packages at once:
  sudo apt-get update && sudo apt-get install -y --no-install-recommends e2fsprogs xz-utils
`);
  });

  test('quiet says nothing when all is well; otherwise all checks and the verdict are shown', () => {
    expect(formatDoctor(diagnose(GOOD), { quiet: true })).toBe('');
    const text = formatDoctor(diagnose(GOOD));
    expect(text).toContain('ok       memory                  6.5 GiB of 8 GiB available\n');
    expect(text).toMatch(/\n\nready: a run can start\n$/);
  });
});
