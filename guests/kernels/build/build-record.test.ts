import { expect, test } from 'vitest';
import { type BuildRecord, describeBuild } from './build-record.ts';

const RECORD: BuildRecord = {
  release: '6.1.176',
  source: '1111aaaa of /linux',
  patches: ['fix.mbox'],
  base: 'tiny',
  config: ['guest', 'nvdimm'],
  compiler: 'gcc 12',
  ccache: false,
  objects: 1,
  seconds: 1,
  modules: false,
  warnings: [],
  notes: [],
};

test('a kernel that an equal tree was built from is described by the tree that was asked for', () => {
  expect(describeBuild(RECORD, '2222bbbb of /linux')).toBe(
    '6.1.176 from 2222bbbb of /linux + 1 patch, tiny: guest, nvdimm',
  );
});
