import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { selectNames } from '../orchestrator/model/globs.ts';
import { loadMatrix } from './load.ts';
import { PACKAGE_ROOT } from '../orchestrator/model/package-root.ts';

const fioJobs = readdirSync(join(PACKAGE_ROOT, 'orchestrator/suites/fio/jobs')).flatMap((file) =>
  file.endsWith('.fio') ? [file.slice(0, -4)] : [],
);

test.each(readdirSync(import.meta.dirname).filter((file) => file.endsWith('.yaml')))(
  '%s loads, and every fio job that it names exists',
  async (file) => {
    const { matrix } = await loadMatrix(join(import.meta.dirname, file), { env: {}, offered: { fio: fioJobs } });
    expect(`${matrix.name}.yaml`).toBe(file);
  },
);

test('the nightly matrix proves the rig before all else, on each kernel that it builds', async () => {
  const { include, kernels, suites } = (
    await loadMatrix(join(import.meta.dirname, 'nightly.yaml'), { env: {}, offered: { fio: fioJobs } })
  ).matrix;
  const [first] = include;
  expect(suites.find(({ kind }) => kind === 'selftest')?.name).toBe(first?.suite?.[0]);
  expect(
    selectNames(
      first?.kernel,
      kernels.map(({ name }) => name),
    ),
  ).toEqual(new Set(kernels.filter(({ kind }) => kind === 'source').map(({ name }) => name)));
});
