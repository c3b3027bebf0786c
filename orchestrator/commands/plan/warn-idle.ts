import { basename } from 'node:path';
import { findValues } from '../../../matrices/source/find-position.ts';
import { readXfstestsList } from '../../../matrices/resolve/xfstests-list.ts';
import { globMatcher } from '../../model/globs.ts';
import { formatPosition, UserError } from '../../model/errors.ts';
import type { ImageSpec, Matrix } from '../../model/matrix.ts';
import type { XfstestsSuiteSpec } from '../../model/xfstests.ts';
import { readCatalogue } from '../../suites/xfstests/read-tree.ts';
import type { PlannedMatrix } from './load-plan.ts';
import { logLine } from '../../host/log-line.ts';
import { findMisspeltReleases } from './misspelt-releases.ts';

/** The rig's own is for all trees; that one of them lacks a test is no mistake. */
const SHIPPED = 'xfstests-known.yaml';

/**
 * Says on stderr which rules of a matrix, and of its lists, fit nothing: most likely a slip, by which a test runs or
 * fails that was not to. So may be the name of a Debian release.
 * @param path the matrix file as the user named it
 */
export async function warnIdle({ matrix, plan }: PlannedMatrix, path: string): Promise<void> {
  const [image] = matrix.images;
  const lists = matrix.suites.map(async (suite) =>
    suite.kind === 'xfstests' && image ? findIdleRules(suite, image) : [],
  );
  for (const warning of [
    ...(await placeMisspelt(matrix, path)),
    ...(plan.warnings ?? []),
    ...(await Promise.all(lists)).flat(),
  ])
    logLine(`warning: ${warning}`);
}

async function placeMisspelt(matrix: Matrix, path: string): Promise<readonly string[]> {
  const misspelt = findMisspeltReleases(matrix);
  if (misspelt.length === 0) return [];
  const places = await findValues(
    path,
    misspelt.map(({ at }) => at),
  );
  return misspelt.map(({ message }, index) => `${formatPosition(places[index] ?? { file: path })}: ${message}`);
}

/** Globs of the user's own lists that fit no test of the tree. */
async function findIdleRules({ tree, lists }: XfstestsSuiteSpec, image: ImageSpec): Promise<readonly string[]> {
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
