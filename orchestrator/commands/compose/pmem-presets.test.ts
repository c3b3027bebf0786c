import { expect, test } from 'vitest';
import { carriesDaxFilesystem, isWithoutPmem, PMEM_PRESETS } from './pmem-presets.ts';

test('each kind is a word, and so is a mode that is not its usual one', () => {
  expect(PMEM_PRESETS).toEqual({
    nvdimm: { kind: 'nvdimm' },
    'nvdimm-raw': { kind: 'nvdimm', namespace: 'raw' },
    'nvdimm-devdax': { kind: 'nvdimm', namespace: 'devdax' },
    'nvdimm-sector': { kind: 'nvdimm', namespace: 'sector' },
    'virtio-pmem': { kind: 'virtio-pmem' },
    e820: { kind: 'e820' },
    'virtio-blk': { kind: 'virtio-blk' },
  });
  expect(Object.keys(PMEM_PRESETS)).toEqual(
    'nvdimm nvdimm-raw nvdimm-devdax nvdimm-sector virtio-pmem e820 virtio-blk'.split(' '),
  );
});

test('pmem in its usual mode carries a file system with DAX; another mode or a plain disk does not', () => {
  expect(Object.keys(PMEM_PRESETS).filter(carriesDaxFilesystem)).toEqual(['nvdimm', 'virtio-pmem', 'e820']);
  expect(Object.keys(PMEM_PRESETS).filter(isWithoutPmem)).toEqual(['virtio-blk']);
});
