import { expect, test } from 'vitest';
import { planMachine } from '../machine/machine-files.ts';
import { composeBootKey } from './boot-key.ts';
import type { TemplateOptions } from './make-template.ts';

const MIB = 2 ** 20;
const REST = { description: '', notes: [] };
const OPTIONS: TemplateOptions = {
  kernel: { ...REST, name: 'k', digest: 'kernel', image: '/k/vmlinuz', release: '6.1', initramfs: '/k/initramfs' },
  image: { ...REST, name: 'i', digest: 'image', disk: '/i/root.ext4' },
  topology: { name: 'p', devices: [{ kind: 'virtio-blk', sizeBytes: 64 * MIB }] },
  guest: { cpus: 2, memoryBytes: 1024 * MIB, append: [] },
  qemu: { path: '/usr/bin/qemu-system-x86_64', version: '7.2.22' },
  accelerator: 'tcg',
};
const HOST = { qemuDigest: 'qemu', cpu: '' };

function keyOf(overrides: Partial<TemplateOptions> = {}, host = HOST): string {
  const options = { ...OPTIONS, ...overrides };
  return composeBootKey(options, planMachine({ ...options, id: 0, dir: '/' }), host);
}

test('guests of the same kernel, image, devices and QEMU have one key, whatever these are called', () => {
  const renamed = { ...OPTIONS.kernel, name: 'other', description: 'other' };
  expect(keyOf({ kernel: renamed, topology: { ...OPTIONS.topology, name: 'other' } })).toBe(keyOf());
  expect(keyOf()).toMatch(/^[0-9a-f]{16}$/);
});

const nvdimm = (namespace: 'fsdax' | 'sector'): string =>
  keyOf({
    topology: { name: 'p', devices: [{ kind: 'nvdimm', sizeBytes: 64 * MIB, namespace, labelSizeBytes: 2 * MIB }] },
  });

test('what is made of a namespace after the boot is not in the key', () => {
  expect(nvdimm('sector')).toBe(nvdimm('fsdax'));
});

const { guest, image, kernel, qemu } = OPTIONS;
test.each<[what: string, key: string]>([
  ['another kernel, or another initramfs of ours', keyOf({ kernel: { ...kernel, digest: 'other' } })],
  ['another image', keyOf({ image: { ...image, digest: 'other' } })],
  ['more CPUs', keyOf({ guest: { ...guest, cpus: 4 } })],
  ['more memory', keyOf({ guest: { ...guest, memoryBytes: 2048 * MIB } })],
  ["a word on the kernel's command line", keyOf({ guest: { ...guest, append: ['quiet'] } })],
  ['a larger disk', keyOf({ topology: { name: 'p', devices: [{ kind: 'virtio-blk', sizeBytes: 65 * MIB }] } })],
  ['another device', keyOf({ topology: { name: 'p', devices: [{ kind: 'virtio-pmem', sizeBytes: 64 * MIB }] } })],
  ['a results disk', keyOf({ resultsBytes: 32 * MIB })],
  ['a larger results disk', keyOf({ resultsBytes: 64 * MIB })],
  ["the suite's disk", keyOf({ suiteDisk: { path: '/t/tree.ext4', serial: 's' } })],
  ['room for devices', keyOf({ hotPlug: true })],
  ['KVM', keyOf({ accelerator: 'kvm' })],
  ["KVM on a CPU of the host's", keyOf({ accelerator: 'kvm' }, { ...HOST, cpu: 'EPYC' })],
  ["QEMU's version", keyOf({ qemu: { ...qemu, version: '7.2.23' } })],
  ['another build of that version', keyOf({}, { ...HOST, qemuDigest: 'other' })],
])('a guest that differs by %s has another key', (_what, key) => expect(key).not.toBe(keyOf()));

test('KVM on another CPU has another key', () =>
  expect(keyOf({ accelerator: 'kvm' }, { ...HOST, cpu: 'Xeon' })).not.toBe(
    keyOf({ accelerator: 'kvm' }, { ...HOST, cpu: 'EPYC' }),
  ));
