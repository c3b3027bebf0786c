import { expect, test } from 'vitest';
import { composeOnce, namedSuites, type OnceOptions } from './compose-once.ts';

const OPTIONS: OnceOptions = {
  kernel: 'bookworm',
  image: 'bookworm',
  pmem: ['nvdimm', 'virtio-blk'],
  size: '1G',
  cpus: 2,
  memory: '2G',
};
const compose = (options: Partial<OnceOptions>, command: readonly string[] = []): Record<string, unknown> =>
  composeOnce({ ...OPTIONS, ...options }, command);

test('where nothing says which suites run, fio does, and a quick part of the rules', () => {
  expect(compose({})).toMatchObject({
    suites: [{ name: 'dax', quick: true }, { name: 'fio' }, { name: 'flush', quick: true }],
  });
  expect(compose({ suite: ['flush'] })).toMatchObject({
    pmem: [{ devices: [{ kind: 'nvdimm' }, { kind: 'nvdimm' }] }, {}],
    suites: [{ name: 'flush' }],
  });
  expect(JSON.stringify(compose({ suite: ['flush'] }))).not.toContain('quick');
  expect(namedSuites({ size: '1G' }, [])).toBeUndefined();
});

test('a command is the only suite, on the bare device', () => {
  expect(compose({ timeout: '5s' }, ['true'])).toMatchObject({
    suites: [{ name: 'command', run: ['true'], timeout: '5s' }],
    include: [
      { pmem: 'nvdimm', suite: 'command', filesystem: 'none' },
      { pmem: 'virtio-blk', suite: 'command', filesystem: 'none' },
    ],
  });
});

test.each<[words: readonly string[], suites: readonly Record<string, unknown>[]]>([
  [['generic/413'], [{ name: 'xfstests', tests: ['generic/413'] }]],
  [['xfstests/generic/413'], [{ name: 'xfstests', tests: ['generic/413'] }]],
  [['xfstests/generic/*'], [{ name: 'xfstests' }]],
  // This names a suite of the rig, though xfstests has a folder of that name, too.
  [['selftest/001'], [{ name: 'selftest' }]],
  [
    ['lockdep/mount-cycle', 'fio/dax-*'],
    [
      { name: 'fio', size: 128 * 2 ** 20 },
      { name: 'lockdep', duration: '5s' },
    ],
  ],
])('--test %s chooses the suites that it speaks of', (words, suites) => {
  expect(compose({ test: words })['suites']).toEqual(suites);
});

test('the exercises of lockdep are brief unless the suite is asked for', () =>
  expect(compose({ suite: ['lockdep'] })['suites']).toEqual([{ name: 'lockdep' }]));

test('xfstests gets its packages, its devices and a file system where there is no DAX', () => {
  expect(compose({ suite: ['xfstests', 'fio'] })).toMatchObject({
    images: [{ debian: { sets: ['xfstests'] } }],
    pmem: [
      { devices: [{ kind: 'nvdimm' }, { kind: 'nvdimm' }, { kind: 'virtio-blk', size: '1G' }] },
      { devices: [{ kind: 'virtio-blk' }, { kind: 'virtio-blk' }, { kind: 'virtio-blk' }] },
    ],
    include: [
      { suite: 'xfstests', filesystem: 'ext4-dax' },
      { suite: 'fio', filesystem: 'ext4-dax' },
      { suite: 'xfstests', filesystem: 'ext4' },
      { suite: 'fio', filesystem: 'none' },
    ],
  });
  expect(compose({})).toMatchObject({ pmem: [{ devices: [{ kind: 'nvdimm' }] }, {}] });
  expect(JSON.stringify(compose({})['images'])).not.toContain('sets');
});

test.each([
  [{ group: ['dax'], suite: ['fio'] }, '--group chooses tests of xfstests'],
  [{ test: ['generic/413'], suite: ['fio'] }, '--test generic/413 chooses tests of xfstests'],
  [{ measure: 'instructions', suite: ['lockdep'] }, '--measure instructions is for fio'],
  [{ timeout: '5s' }, '--timeout is for the command behind --'],
])('a flag that changes nothing is refused: %j', (options, message) => expect(() => compose(options)).toThrow(message));
