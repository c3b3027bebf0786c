import { expect, test } from 'vitest';
import { X86_64 } from '../arch/x86-64.ts';
import { composeArgv, type GuestMachine } from './argv.ts';
import { composeDevices } from '../devices/compose-devices.ts';

const GIB = 2 ** 30;

function compose(overrides: Partial<GuestMachine> = {}): string[] {
  return composeArgv({
    name: 'pmemrig-1',
    accelerator: 'tcg',
    architecture: X86_64,
    machineType: X86_64.machineType,
    guest: { cpus: 2, memoryBytes: 2 * GIB, append: ['quiet'] },
    kernel: '/k/vmlinuz',
    initrd: '/g/initrd.cpio',
    rootDisk: '/i/root.ext4',
    modulesDisk: '/k/modules.ext4',
    devices: composeDevices([{ kind: 'nvdimm', sizeBytes: GIB, namespace: 'fsdax', labelSizeBytes: 2 ** 21 }], {
      machineType: X86_64.machineType,
      memoryBytes: 2 * GIB,
      backing: () => '/g/pmem0.img',
    }),
    ...overrides,
  });
}

function valueOf(argv: readonly string[], option: string): string | undefined {
  return argv[argv.indexOf(option) + 1];
}

test('the machine gets the flags, slots and maxmem of its devices', () => {
  const argv = compose();
  expect(valueOf(argv, '-machine')).toBe('pc,usb=off,vmport=off,nvdimm=on');
  expect(valueOf(argv, '-m')).toBe(`size=${2 * GIB}B,slots=1,maxmem=${5 * GIB}B`);
  expect(valueOf(argv, '-smp')).toBe('2');
});

test('a guest without memory devices has neither slots nor maxmem', () => {
  const devices = composeDevices([], { machineType: X86_64.machineType, memoryBytes: GIB, backing: () => '' });
  expect(valueOf(compose({ devices }), '-m')).toBe(`size=${GIB}B`);
});

test("the user's own words come last on the kernel's command line, so that they win", () => {
  expect(valueOf(compose(), '-append')).toBe(
    'console=ttyS0 panic=-1 net.ifnames=0 sysrq_always_enabled printk.devkmsg=on ignore_loglevel cryptomgr.notests norandmaps no_timer_check quiet',
  );
});

test('under KVM the CPU is the host, its timers are checked as usual, and addresses are random', () => {
  const argv = compose({ accelerator: 'kvm' });
  expect(valueOf(argv, '-cpu')).toBe('host');
  expect(valueOf(argv, '-append')).not.toMatch(/no_timer_check|norandmaps/);
});

test('the RAM of a guest of which others are forked is in a file that QEMU inherits', () => {
  const argv = compose({ ram: { is: 'kept' } });
  expect(valueOf(argv, '-machine')).toBe('pc,usb=off,vmport=off,nvdimm=on,memory-backend=ram');
  expect(argv).toContain(
    `{"qom-type":"memory-backend-file","id":"ram","mem-path":"/proc/self/fd/5","size":${2 * GIB},"share":true}`,
  );
  expect(argv).not.toContain('-incoming');
});

test('a fork has the RAM of its template for itself, another identity, and waits for the state', () => {
  const argv = compose({ ram: { is: 'copied', path: '/c/templates/k/ram' } });
  expect(argv).toContain(
    `{"qom-type":"memory-backend-file","id":"ram","mem-path":"/c/templates/k/ram","size":${2 * GIB},"share":false}`,
  );
  expect(argv).toContain('vmgenid');
  expect(valueOf(argv, '-incoming')).toBe('defer');
});

const without = (argv: readonly string[]): string[] =>
  argv.filter((word) => !/memory-backend-file.*"ram"|^-incoming$|^defer$/.test(word));

test('but for its RAM a fork has the words of its template, in their order', () => {
  const kept = without(compose({ ram: { is: 'kept' } }));
  expect(without(compose({ ram: { is: 'copied', path: '/r' } }))).toEqual(kept);
  expect(kept.slice(0, 4)).toEqual(compose().slice(0, 4));
});

test('only a fork has the devices of which QEMU saves nothing, after all others', () => {
  const devices = composeDevices([{ kind: 'virtio-pmem', sizeBytes: GIB }], {
    machineType: X86_64.machineType,
    memoryBytes: 2 * GIB,
    backing: () => '/g/pmem0.img',
  });
  const kept = compose({ devices, ram: { is: 'kept' } });
  const fork = compose({ devices, ram: { is: 'copied', path: '/r' } });
  expect(kept.join(' ')).not.toContain('virtio-pmem');
  expect(fork.findIndex((word) => word.includes('virtio-pmem-pci'))).toBeGreaterThan(fork.indexOf('vmgenid'));
  // Room for it is part of the machine.
  expect(valueOf(kept, '-m')).toBe(valueOf(fork, '-m'));
});

test('root and modules are read-only and found by serial number, ahead of any device of the topology', () => {
  const argv = compose();
  const devices = argv.flatMap((word, index) => (word === '-device' ? [argv[index + 1] ?? ''] : []));
  expect(devices.filter((text) => text.includes('serial'))).toEqual([
    '{"driver":"virtio-blk-pci","id":"root","drive":"root-raw","serial":"pmemrig-root"}',
    '{"driver":"virtio-blk-pci","id":"modules","drive":"modules-raw","serial":"pmemrig-modules"}',
  ]);
  expect(argv.filter((word) => word.includes('"read-only":true'))).toHaveLength(4);
});

test('the guest reaches nothing, and its sshd is reachable from this host alone', () => {
  expect(valueOf(compose(), '-netdev')).toBe('user,id=net,restrict=on,hostfwd=tcp:127.0.0.1:0-:22');
});

test('QMP is asked for in words that no QEMU calls deprecated, and the firmware leaves the disks alone', () => {
  expect(valueOf(compose(), '-qmp')).toBe('chardev:qmp');
  expect(compose()).not.toContain('-mon');
  expect(valueOf(compose(), '-boot')).toBe('strict=on');
});

test('QEMU is confined, brings no files of its own and ends at a reset', () => {
  const argv = compose();
  for (const word of ['-nodefaults', '-no-user-config', '-no-reboot', 'panic=none', 'pvpanic'])
    expect(argv).toContain(word);
  expect(valueOf(argv, '-sandbox')).toBe('on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny');
});

test('a guest that counts its instructions has one thread of TCG, and a clock that waits with the host', () => {
  const argv = compose({
    accelerator: 'tcg-icount',
    guest: { cpus: 1, memoryBytes: 2 * GIB, append: [], countInstructions: true },
  });
  expect(valueOf(argv, '-accel')).toBe('tcg,thread=single');
  expect(valueOf(argv, '-icount')).toBe('shift=1,align=off,sleep=on');
  expect(valueOf(argv, '-cpu')).toBe('max');
  expect(valueOf(argv, '-append')).toContain('no_timer_check');
  expect(compose()).not.toContain('-icount');
});
