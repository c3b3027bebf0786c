import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Matrix } from '../../model/matrix.ts';
import { composeSeries, describeWatchful, planSteps, replaceKernels } from './compose-series.ts';
import { parseSeriesBase } from './series-base.ts';
import { sortFiles } from './series-files.ts';

const dir = mkdtempSync(join(tmpdir(), 'pmemrig-series-'));
afterAll(() => rmSync(dir, { recursive: true }));
for (const tree of ['linux', 'linux@work']) {
  mkdirSync(join(dir, tree, 'scripts', 'kconfig'), { recursive: true });
  for (const file of ['Kconfig', 'Makefile']) writeFileSync(join(dir, tree, file), '');
}

const FILES = ['/cache/0001-a.patch', '/cache/0002-b.patch'];
const STEPS = planSteps({
  patches: ['[PATCH 1/2] a', '[PATCH 2/2] b'].map((subject) => ({ subject, diff: '', files: [] })),
  notes: [],
});

function kernels(flags: Partial<Parameters<typeof composeSeries>[0]>): readonly {
  readonly name: string;
  readonly config: readonly string[];
  readonly source: { readonly patches?: readonly string[] };
}[] {
  const composed = composeSeries({ pmem: ['nvdimm'], ...flags }, { kernel: 'linux-source-6.1' }, FILES, STEPS, dir);
  return composed['kernels'] as ReturnType<typeof kernels>;
}

describe('the kernels of a series', () => {
  test('are the base and the base with all patches', () => {
    expect(kernels({}).map(({ name, source }) => [name, source.patches])).toEqual([
      ['base', undefined],
      ['patched', FILES],
    ]);
  });

  test('are those between, too, with --each', () => {
    expect(kernels({ each: true }).map(({ name, source }) => [name, source.patches])).toEqual([
      ['base', undefined],
      ['patch-1', FILES.slice(0, 1)],
      ['patched', FILES],
    ]);
  });

  test('have one configuration, with prove-locking unless the user names another', () => {
    for (const { config } of kernels({ config: ['+kasan'] }))
      expect(config).toEqual([
        'guest',
        'nvdimm',
        'virtio-pmem',
        'dax-filesystems',
        'dm-dax',
        'prove-locking',
        'hung-task',
        'kasan',
      ]);
    for (const { config } of kernels({ config: ['guest', 'nvdimm'] })) expect(config).toEqual(['guest', 'nvdimm']);
  });
});

test('says how once builds the same kernel, unless all fragments are named', () => {
  expect(describeWatchful({})).toContain('--config +prove-locking,+hung-task;');
  expect(describeWatchful({ config: ['+kasan', '+hung-task'] })).toContain(
    '--config +prove-locking,+hung-task,+kasan;',
  );
  expect(describeWatchful({ config: ['guest'] })).toBeUndefined();
});

test.each([
  ['linux-source-6.1', { kernel: 'linux-source-6.1' }],
  ['linux', { kernel: 'linux' }],
  ['linux@v6.12', { kernel: 'linux', ref: 'v6.12' }],
  ['linux@work', { kernel: 'linux@work' }],
  ['linux@work@HEAD~2', { kernel: 'linux@work', ref: 'HEAD~2' }],
])('--base %s', (spec, base) => {
  expect(parseSeriesBase(spec, dir)).toEqual(base);
});

test.each([
  ['bookworm', /is no kernel source, and patches go on one/],
  ['bookworm/cloud-amd64', /is no kernel source, and patches go on one/],
  ['.', /is no kernel source, and patches go on one/],
  ['linuz', /--base linuz: no such file or folder/],
  ['linuz@v6.12', /--base linuz@v6.12: no such file or folder/],
  ['linux@', /no revision stands behind the @/],
  ['./nowhere', /no such file or folder/],
])('--base %s is refused', (spec, words) => {
  expect(() => parseSeriesBase(spec, dir)).toThrow(words);
});

describe('the words of the command', () => {
  test('are patches but for the matrix, which may stand behind --mail', () => {
    expect(sortFiles(['a.mbox', 'm.yaml'], true)).toEqual({ patches: ['a.mbox'], matrix: 'm.yaml', mail: true });
    expect(sortFiles(['a.mbox'], 'm.yaml')).toEqual({ patches: ['a.mbox'], matrix: 'm.yaml', mail: true });
    expect(sortFiles(['a.mbox'], 'reply.txt')).toEqual({ patches: ['a.mbox'], mail: 'reply.txt' });
  });

  test('are refused where they would do harm or nothing', () => {
    const mbox = join(dir, 'fix.mbox');
    writeFileSync(mbox, '');
    expect(() => sortFiles(['a.patch'], mbox)).toThrow(/would overwrite that file/);
    expect(() => sortFiles(['a.yaml', 'b.yml', 'c.mbox'], undefined)).toThrow(/two matrix files/);
    expect(() => sortFiles(['a.yaml'], undefined)).toThrow(/no patch is named/);
  });
});

test('a matrix file keeps all but its kernels, and no rule that is about some of them', () => {
  const matrix = {
    kernels: [],
    include: [{ kernel: ['lockdep-*'], suite: ['lockdep'] }, { suite: ['fio'] }],
    exclude: [
      { kernel: ['debian-*'], suite: ['lockdep'], reason: 'no lockdep' },
      { pmem: ['e820'], reason: 'slow' },
    ],
    known: [],
  } as unknown as Matrix;
  const replaced = replaceKernels(
    matrix,
    [{ kind: 'debian', name: 'base', release: 'bookworm', flavour: 'amd64' }],
    [{ reason: 'flag', signature: 'x' }],
  );
  expect(replaced).toMatchObject({
    include: [{ suite: ['lockdep'] }, { suite: ['fio'] }],
    exclude: [{ pmem: ['e820'], reason: 'slow' }],
    known: [{ signature: 'x' }],
  });
  expect(replaced.include[0]).not.toHaveProperty('kernel');
});
