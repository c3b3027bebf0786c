import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Plan } from '../model/cell.ts';
import type { ImageSpec, KernelSpec, Matrix } from '../model/matrix.ts';
import type { XfstestsSuiteSpec } from '../model/xfstests.ts';
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

const built = (more: Partial<Extract<KernelSpec, { kind: 'source' }>>): KernelSpec => ({ kind: 'source', name: 's', source: { kind: 'tree', path: '/linux', patches: [] }, base: 'tiny', config: [], ...more });

/** A list of rules; the place of one glob each. */
function makeList(name: string, rules: readonly (readonly [action: 'exclude' | 'known', glob: string])[]): string {
  const path = join(dir, name);
  writeFileSync(path, JSON.stringify({ version: 1, rules: rules.map(([action, glob]) => ({ tests: [glob], action, reason: 'r' })) }));
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
async function warn(lists: readonly string[], { tree, warnings, kernels = [KERNEL] }: { readonly tree?: string; readonly warnings?: readonly string[]; readonly kernels?: readonly KernelSpec[] }): Promise<readonly string[]> {
  const suite: XfstestsSuiteSpec = { kind: 'xfstests', name: 'xfstests', ...(tree !== undefined && { tree: { at: 'host', path: tree } }), groups: ['dax'], tests: [], lists, rules: [] };
  const matrix: Pick<Matrix, 'kernels' | 'images' | 'suites'> = { kernels, images: [IMAGE], suites: [suite] };
  const plan: Plan = { cells: [], excluded: [], ...(warnings && { warnings }) };
  await warnIdle({ matrix: matrix as Matrix, plan });
  return stderr.mock.calls.map(([text]) => String(text).replaceAll(`${dir}/`, ''));
}

test('globs of a list that fit no test of the tree are told, those that do are not', async () => {
  const list = makeList('mine.yaml', [['exclude', 'generic/413'], ['exclude', 'generic/431'], ['known', 'xfs/*'], ['known', 'generic/0*']]);
  expect(await warn([list], { tree: makeTree() })).toEqual(['warning: mine.yaml: exclude generic/431 fits no test of the tree\n', 'warning: mine.yaml: known xfs/* fits no test of the tree\n']);
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

test('what the plan has to say is said, and names that are likely slips', async () => {
  const kernels = [{ ...KERNEL, release: 'bokworm' }] as const;
  expect(await warn([], { kernels, warnings: ['the exclude rule "no DAX" fits no cell'] })).toEqual(['warning: kernel k: no Debian release is known as bokworm: did you mean bookworm?\n', 'warning: the exclude rule "no DAX" fits no cell\n']);
});

test('a release is looked at wherever a matrix names one', () => {
  const kernels = [KERNEL, built({}), built({ source: { kind: 'debian', package: 'linux-source-6.1', release: 'trixei', patches: [] } }), built({ base: { debian: { release: 'tirxie', flavour: 'amd64' } } }), built({ base: { file: '/config' } })];
  const images: readonly ImageSpec[] = [IMAGE, { ...IMAGE, name: 'i', release: 'bookwrom' }, { kind: 'tree', name: 't', path: '/' }];
  expect(findMisspeltReleases({ kernels, images }).map((line) => line.split(':')[0])).toEqual(['kernel s', 'kernel s', 'image i']);
});
