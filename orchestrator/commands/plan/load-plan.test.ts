import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { describeError } from '../../model/errors.ts';
import { planFile, planFlags } from './load-plan.ts';

const FLAGS = { kernel: 'bookworm', image: 'bookworm', pmem: ['nvdimm'], size: '64M', cpus: 1, memory: '1G' };

test('a wrong flag is reported without a line and column that nobody has seen', async () => {
  const shown = await planFlags({ ...FLAGS, size: '3X', memory: '1' }, []).then(JSON.stringify, describeError);
  expect(shown).toBe(
    '--memory 1: expected a memory size between 256M and 1T, a multiple of 2M, not "1"\n--size 3X: expected a size such as 512M or 1G, not "3X"',
  );
});

test('a remedy is one for flags, not for a matrix file', async () => {
  const shown = await planFlags({ ...FLAGS, pmem: ['nvdimm-devdax'], fs: ['ext4'] }, ['true']).then(
    JSON.stringify,
    describeError,
  );
  expect(shown).toContain('ext4 needs a block device, and nvdimm-devdax has device-DAX nodes alone');
  expect(shown).not.toMatch(/exclude|include/);
});

test('a path of the command line means itself, $ and ~ included', async () => {
  const cwd = join(mkdtempSync(join(tmpdir(), 'pmemrig-flags-')), '~a $HOME ${HOME} $$b');
  mkdirSync(cwd);
  writeFileSync(join(cwd, '$0.sh'), '#!/bin/sh\n');
  chmodSync(join(cwd, '$0.sh'), 0o755);
  const { matrix } = await planFlags(FLAGS, ['./$0.sh', '$HOME', '~'], cwd);
  expect(matrix.suites[0]).toMatchObject({ upload: join(cwd, '$0.sh'), argv: ['./$0.sh', '$HOME', '~'] });
});

test('a kernel that a filter leaves out may be broken, and one that is left is named by its line', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'pmemrig-plan-'));
  const path = join(dir, 'm.yaml');
  mkdirSync(join(dir, 'linux'));
  for (const file of ['Makefile', 'Kconfig']) writeFileSync(join(dir, 'linux', file), '');
  writeFileSync(
    path,
    `version: 1
name: m
kernels:
  - { name: good, debian: { release: bookworm } }
  - { name: bad, source: { tree: linux, ref: v9 } }
images: [{ name: bookworm, debian: { release: bookworm } }]
pmem: [{ name: p, devices: [{ kind: nvdimm, size: 64M }] }]
suites: [{ name: c, kind: command, run: [/bin/true] }]
`,
  );
  const { plan } = await planFile(path, ['kernel=good']);
  expect(plan.cells.map(({ id }) => id)).toEqual(['good/p/c']);
  for (const filters of [[], ['kernel=bad']])
    await expect(planFile(path, filters)).rejects.toMatchObject({
      code: 'not-a-repository',
      position: { file: path, line: 5 },
    });
});
