import { basename } from 'node:path';
import { DEFAULT_LIST, type XfstestsSuiteSpec } from '../../../matrices/suites/xfstests.ts';
import { readXfstestsList } from '../../../matrices/suites/xfstests-list.ts';
import { UserError } from '../../model/errors.ts';
import { globMatcher } from '../../model/globs.ts';
import type { ImageSpec } from '../../model/matrix.ts';
import { readCatalogue } from './read-tree.ts';

/** The rig's own is for all trees; that one of them lacks a test is no mistake. */
const SHIPPED = basename(DEFAULT_LIST);

/** Globs of the user's own lists that fit no test of the tree. */
export async function findIdleRules({ tree, lists }: XfstestsSuiteSpec, image: ImageSpec): Promise<readonly string[]> {
  const own = lists.filter((path) => basename(path) !== SHIPPED);
  if (!tree || own.length === 0) return [];
  const names = listTests(tree, image);
  if (names.length === 0) return [];
  const found = own.map(async (path) =>
    (await readXfstestsList(path)).flatMap(({ tests, action }) =>
      tests
        .filter((glob) => !names.some(globMatcher([glob])))
        .map((glob) => `${path}: ${action} ${glob} fits no test of the tree`),
    ),
  );
  return (await Promise.all(found)).flat();
}

/** None of a tree that cannot be read: the plan says so. */
function listTests(tree: NonNullable<XfstestsSuiteSpec['tree']>, image: ImageSpec): readonly string[] {
  try {
    return [...readCatalogue(tree, image).values()].flat().map(({ name }) => name);
  } catch (error) {
    if (error instanceof UserError) return [];
    throw error;
  }
}
