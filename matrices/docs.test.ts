import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PACKAGE_ROOT } from '../orchestrator/model/package-root.ts';
import { parseMatrix } from './load.ts';
import { matrixJsonSchema } from './schema/schema.ts';

const DOC = readFileSync(join(PACKAGE_ROOT, 'docs/matrix.md'), 'utf8');
const [WHOLE = '', ...PARTS] = [...DOC.matchAll(/^```yaml\n(.*?)^```/gms)].map(([, yaml = '']) => yaml);
const OPTIONS = {
  env: { HOME: '/home/me', KERNEL_TREE: '/linux' },
  offered: { fio: ['dax-mmap-randwrite', 'dax-psync-fsync', 'block-io-uring'] },
};

test('the first example of docs/matrix.md is a whole matrix', () =>
  expect(parseMatrix(WHOLE, 'example.yaml', OPTIONS).name).toBe('first'));

/** Top-level keys of a matrix in which every name of the rules' example exists. */
const AROUND: Readonly<Record<string, string>> = {
  version: '1',
  name: 'example',
  kernels: '[{ name: debian-6.1, debian: { release: bookworm } }]',
  pmem: '[nvdimm, virtio-pmem, virtio-blk]',
  filesystems: '[{ name: xfs-dax, type: xfs, mount: dax }, { name: none, type: none }]',
  suites: '[{ name: fio }, { name: fio-block, kind: fio }]',
};

test.each(PARTS)('this example of docs/matrix.md fits into a matrix:\n%s', (part) => {
  const own = new Set([...part.matchAll(/^(\w+):/gm)].map(([, key]) => key));
  const rest = Object.entries(AROUND).filter(([key]) => !own.has(key));
  const lines = rest.map(
    ([key, value]) =>
      `${key}: ${value.replaceAll(/(?<=[[ ])(nvdimm|virtio-\w+)/g, '{ name: $1, devices: [{ kind: $1, size: 64M }] }')}\n`,
  );
  expect(parseMatrix(lines.join('') + part, 'example.yaml', OPTIONS)).toHaveProperty('name', 'example');
});

test('docs/matrix.md has a row for every key of the schema', () => {
  const missing = [...keysIn(matrixJsonSchema())].filter(
    (key) => !DOC.includes(`\`${key}\``) && !DOC.includes(`.${key}\``),
  );
  expect(missing).toEqual([]);
});

function* keysIn(schema: unknown): Generator<string> {
  if (typeof schema !== 'object' || schema === null) return;
  for (const [key, value] of Object.entries(schema)) {
    if (key === 'properties') yield* Object.keys(value as object);
    yield* keysIn(value);
  }
}
