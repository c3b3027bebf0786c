import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { loadMatrix } from '../../../matrices/load.ts';
import type { Plan } from '../../model/cell.ts';
import type { ImageSpec, KernelSpec, Matrix } from '../../model/matrix.ts';
import type { XfstestsSuiteSpec } from '../../model/xfstests.ts';
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

/** A list of rules; the place of one glob each. */
function makeList(name: string, rules: readonly (readonly [action: 'exclude' | 'known', glob: string])[]): string {
  const path = join(dir, name);
  writeFileSync(
    path,
    JSON.stringify({ version: 1, rules: rules.map(([action, glob]) => ({ tests: [glob], action, reason: 'r' })) }),
  );
  return path;
}

function makeTree(): string {
  const tree = join(dir, 'xfstests');
  mkdirSync(join(tree, 'tests', 'generic'), { recursive: true });
  writeFileSync(join(tree, 'check'), '#!/bin/bash\n');
  writeFileSync(join(tree, 'tests', 'generic', 'group.list'), '001 auto quick\n413 auto dax\n');
  return tree;
}

/** What is said of a matrix with such a suite, without the folder. */
async function warn(
  lists: readonly string[],
  { tree, warnings }: { readonly tree?: string; readonly warnings?: readonly string[] },
): Promise<readonly string[]> {
  const suite: XfstestsSuiteSpec = {
    kind: 'xfstests',
    name: 'xfstests',
    ...(tree !== undefined && { tree: { at: 'host', path: tree } }),
    groups: ['dax'],
    tests: [],
    lists,
    rules: [],
  };
  const matrix: Pick<Matrix, 'kernels' | 'images' | 'suites'> = { kernels: [KERNEL], images: [IMAGE], suites: [suite] };
  const plan: Plan = { cells: [], excluded: [], ...(warnings && { warnings }) };
  await warnIdle({ matrix: matrix as Matrix, plan }, 'm.yaml');
  return stderr.mock.calls.map(([text]) => String(text).replaceAll(`${dir}/`, ''));
}

test('globs of a list that fit no test of the tree are reported, those that do are not', async () => {
  const list = makeList('mine.yaml', [
    ['exclude', 'generic/413'],
    ['exclude', 'generic/431'],
    ['known', 'xfs/*'],
    ['known', 'generic/0*'],
  ]);
  expect(await warn([list], { tree: makeTree() })).toEqual([
    'warning: mine.yaml: exclude generic/431 fits no test of the tree\n',
    'warning: mine.yaml: known xfs/* fits no test of the tree\n',
  ]);
});

test("the rig's own list is for all trees", async () => {
  const list = makeList('xfstests-known.yaml', [['known', 'xfs/550']]);
  expect(await warn([list], { tree: makeTree() })).toEqual([]);
});

test.each([
  ['is not named', () => undefined],
  // A list is no tarball.
  ['cannot be read', () => join(dir, 'mine.yaml')],
  ['is none', () => dir],
])('of a tree that %s nothing is said here', async (_, tree) => {
  const list = makeList('mine.yaml', [['exclude', 'generic/431']]);
  const path = tree();
  expect(await warn([list], { ...(path !== undefined && { tree: path }) })).toEqual([]);
});

test('what the plan has to say is said', async () => {
  expect(await warn([], { warnings: ['the exclude rule "no DAX" fits no cell'] })).toEqual([
    'warning: the exclude rule "no DAX" fits no cell\n',
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
  const { matrix } = await loadMatrix(path, { env: {}, fioJobs: [] });
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
