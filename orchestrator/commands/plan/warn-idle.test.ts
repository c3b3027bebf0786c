import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { loadMatrix } from '../../../matrices/load.ts';
import type { Plan } from '../../model/cell.ts';
import type { ImageSpec, KernelSpec, Matrix } from '../../model/matrix.ts';
import type { XfstestsSuiteSpec } from '../../../matrices/suites/xfstests.ts';
import { findMisspeltReleases } from './misspelt-releases.ts';
import { warnIdle } from './warn-idle.ts';

const IMAGE: ImageSpec = { kind: 'debian', name: 'bookworm', release: 'bookworm', packages: [] };
const KERNEL: KernelSpec = { kind: 'debian', name: 'k', release: 'bookworm', flavour: 'amd64' };

let dir: string;
let stderr: { readonly mock: { readonly calls: readonly (readonly unknown[])[] } };
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'pmemrig-idle-'));
  stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(dir, { recursive: true });
});

const built = (more: Partial<Extract<KernelSpec, { kind: 'source' }>>): KernelSpec => ({
  kind: 'source',
  name: 's',
  source: { kind: 'tree', path: '/linux', patches: [] },
  base: 'tiny',
  config: [],
  ...more,
});

test('what the plan and the suites have to say is said', async () => {
  const list = join(dir, 'mine.yaml');
  writeFileSync(list, JSON.stringify({ version: 1, rules: [{ tests: ['xfs/1'], action: 'exclude', reason: 'r' }] }));
  mkdirSync(join(dir, 'tests', 'generic'), { recursive: true });
  writeFileSync(join(dir, 'check'), '');
  writeFileSync(join(dir, 'tests', 'generic', 'group.list'), '001 auto quick\n');
  const suite: XfstestsSuiteSpec = {
    kind: 'xfstests',
    name: 'xfstests',
    tree: { at: 'host', path: dir },
    groups: ['dax'],
    tests: [],
    lists: [list],
    rules: [],
  };
  const matrix: Pick<Matrix, 'kernels' | 'images' | 'suites'> = { kernels: [KERNEL], images: [IMAGE], suites: [suite] };
  const plan: Plan = { cells: [], excluded: [], warnings: ['the exclude rule "no DAX" fits no cell'] };
  await warnIdle({ matrix: matrix as Matrix, plan }, 'm.yaml');
  expect(stderr.mock.calls.map(([text]) => String(text).replaceAll(`${dir}/`, ''))).toEqual([
    'warning: the exclude rule "no DAX" fits no cell\n',
    'warning: mine.yaml: exclude xfs/1 fits no test of the tree\n',
  ]);
});

test('a name that is likely a slip is reported with its place', async () => {
  const path = join(dir, 'm.yaml');
  writeFileSync(
    path,
    `version: 1
name: slips
kernels:
  - { name: good, debian: { release: bookworm } }
  - { name: k, debian: { release: bokworm } }
  - { name: s, source: { debian: linux-source-6.1, release: trixei }, base: debian/tirxie }
images: [{ name: i, debian: { release: bookwrom } }]
pmem: [{ name: p, devices: [{ kind: nvdimm, size: 64M }] }]
suites: [{ name: c, kind: command, run: [/bin/true] }]
`,
  );
  const { matrix } = await loadMatrix(path, { env: {}, offered: { fio: [] } });
  await warnIdle({ matrix, plan: { cells: [], excluded: [] } }, path);
  expect(stderr.mock.calls.map(([text]) => String(text).replaceAll(`${dir}/`, ''))).toEqual([
    'warning: m.yaml:5:35: kernel k: no Debian release is known as bokworm: did you mean bookworm?\n',
    'warning: m.yaml:6:61: kernel s: no Debian release is known as trixei: did you mean trixie?\n',
    'warning: m.yaml:6:77: kernel s: no Debian release is known as tirxie: did you mean trixie?\n',
    'warning: m.yaml:7:40: image i: no Debian release is known as bookwrom: did you mean bookworm?\n',
  ]);
});

test('a release is looked at wherever a matrix names one', () => {
  const kernels = [
    KERNEL,
    built({}),
    built({ source: { kind: 'debian', package: 'linux-source-6.1', release: 'trixei', patches: [] } }),
    built({ base: { debian: { release: 'tirxie', flavour: 'amd64' } } }),
    built({ base: { file: '/config' } }),
  ];
  const images: readonly ImageSpec[] = [
    IMAGE,
    { ...IMAGE, name: 'i', release: 'bookwrom' },
    { kind: 'tree', name: 't', path: '/' },
  ];
  expect(findMisspeltReleases({ kernels, images }).map(({ at }) => at.join('.'))).toEqual([
    'kernels.2.source.release',
    'kernels.3.base',
    'images.1.debian.release',
  ]);
});
