import { expect, test } from 'vitest';
import { createMarks } from '../hearing/marks.ts';
import { createRunKeys } from '../ssh/keys.ts';
import { composeDeviceSearch, resumeFork } from './resume-fork.ts';

test('a fork looks for devices only where its template had not all of them', () => {
  expect(composeDeviceSearch({ parted: { saved: ['-device', 'nvdimm'], unsaved: [] } })).toBeUndefined();
  expect(composeDeviceSearch({ parted: { saved: [], unsaved: ['-device', 'virtio-pmem-pci'] } })).toMatch(
    /pci.*settle/,
  );
});

test('a QEMU that does not take the state is ended, and its own words are the reason', async () => {
  const said: string[] = [];
  const template = { key: 'k', dir: '/t', ram: '/t/ram', state: Buffer.from(''), console: Buffer.from('') };
  const qemu = {
    qmp: { execute: () => Promise.reject(new Error('QEMU closed its QMP connection')), closed: Promise.resolve() },
    stderr: () => "qemu-system-x86_64: Unknown savevm section or instance 'vmgenid' 0",
    stop: async () => void said.push('stop'),
    type: (text: string) => void said.push(text),
  };
  await expect(
    resumeFork({ keys: createRunKeys(), marks: createMarks() }, { template, argv: [] }, qemu),
  ).rejects.toMatchObject({
    name: 'InfraError',
    code: 'template-unfit',
    message: expect.stringContaining("Unknown savevm section or instance 'vmgenid' 0") as string,
  });
  // No key goes to a guest that does not run.
  expect(said).toEqual(['stop']);
});
