import { packageData } from '../../orchestrator/model/package-data.ts';
import type { XfstestsSuiteSpec, XfstestsTree } from '../../orchestrator/model/xfstests.ts';
import type { PathUse, ToPath } from './path-use.ts';
import type { Environment } from './paths.ts';
import type { ValuePath } from '../source/problem.ts';
import type { XfstestsInput } from '../schema/schema-xfstests.ts';

/** The rig's own list: tests whose failure is their own mistake, with the reason of each. */
const DEFAULT_LIST = packageData('matrices/lists/xfstests-known.yaml');
const TREE_VARIABLE = 'XFSTESTS_TREE';

/**
 * An xfstests suite, its lists not yet read. Without `tree` it is where $XFSTESTS_TREE says; an unset one leaves the
 * suite without.
 */
export function resolveXfstests(
  {
    kind,
    name,
    tree,
    'in-image': inImage,
    groups,
    tests,
    lists,
    timeout,
  }: { readonly kind: 'xfstests' } & XfstestsInput,
  at: ValuePath,
  toPath: ToPath,
  env: Environment,
): XfstestsSuiteSpec {
  const found = inImage === undefined ? resolveTree(tree, at, toPath, env) : ({ at: 'image', path: inImage } as const);
  return {
    kind,
    name,
    ...(found && { tree: found }),
    groups: groups ?? (tests ? [] : ['dax']),
    tests: tests ?? [],
    lists: lists?.map((path, index) => toPath(path, 'list', [...at, 'lists', index])) ?? [DEFAULT_LIST],
    rules: [],
    ...(timeout !== undefined && { timeoutSec: timeout }),
  };
}

function resolveTree(
  tree: string | undefined,
  at: ValuePath,
  toPath: ToPath,
  env: Environment,
): XfstestsTree | undefined {
  const text = tree ?? `$${TREE_VARIABLE}`;
  const isVariable = text === `$${TREE_VARIABLE}` || text === `\${${TREE_VARIABLE}}`;
  if (isVariable && (env[TREE_VARIABLE] ?? '') === '') return undefined;
  return {
    at: 'host',
    path: toPath(text, 'xfstests' satisfies PathUse['role'], tree === undefined ? at : [...at, 'tree']),
  };
}
