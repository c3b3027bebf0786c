import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { BOOKWORM } from '../testing/suite-context.ts';
import { findIdleRules } from './idle-rules.ts';

let dir: string;
beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'pmemrig-idle-'))));
afterEach(() => rmSync(dir, { recursive: true }));

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

/** What is found in such a suite, without the folder. */
async function find(lists: readonly string[], tree?: string): Promise<readonly string[]> {
  const found = await findIdleRules(
    {
      kind: 'xfstests',
      name: 'xfstests',
      ...(tree !== undefined && { tree: { at: 'host', path: tree } }),
      groups: ['dax'],
      tests: [],
      lists,
      rules: [],
    },
    BOOKWORM,
  );
  return found.map((text) => text.replaceAll(`${dir}/`, ''));
}

test('globs of a list that fit no test of the tree are reported, those that do are not', async () => {
  const list = makeList('mine.yaml', [
    ['exclude', 'generic/413'],
    ['exclude', 'generic/431'],
    ['known', 'xfs/*'],
    ['known', 'generic/0*'],
  ]);
  expect(await find([list], makeTree())).toEqual([
    'mine.yaml: exclude generic/431 fits no test of the tree',
    'mine.yaml: known xfs/* fits no test of the tree',
  ]);
});

test("the rig's own list is for all trees", async () => {
  const list = makeList('xfstests-known.yaml', [['known', 'xfs/550']]);
  expect(await find([list], makeTree())).toEqual([]);
});

test.each([
  ['is not named', () => undefined],
  // A list is no tarball.
  ['cannot be read', () => join(dir, 'mine.yaml')],
  ['is none', () => dir],
])('of a tree that %s nothing is said here', async (_, tree) => {
  const list = makeList('mine.yaml', [['exclude', 'generic/431']]);
  expect(await find([list], tree())).toEqual([]);
});
