import * as z from 'zod';
import { packageData } from '../../orchestrator/model/package-data.ts';
import { duration, listOf, path, record, refuse, text } from '../values/scalars.ts';
import type { SuiteFormat, SuiteResolveContext } from './suite-format.ts';
import { suiteKeys } from './suite-keys.ts';
import { readXfstestsList, type XfstestsRule } from './xfstests-list.ts';
import { present } from '../../orchestrator/model/present.ts';

/** Where a tree is that somebody has built: a folder or tarball of the host, or a folder of the guest's image. */
export type XfstestsTree = { readonly at: 'host' | 'image'; readonly path: string };

export interface XfstestsSuiteSpec {
  readonly kind: 'xfstests';
  readonly name: string;
  /** Absent: its place was not given, and the suite's cells are left out with that reason. */
  readonly tree?: XfstestsTree;
  /** Group expressions such as `dax` or `quick & !dangerous`; their union runs. */
  readonly groups: readonly string[];
  /** Single tests: `generic/413`. */
  readonly tests: readonly string[];
  /** Absolute paths of the lists that `rules` came from. */
  readonly lists: readonly string[];
  readonly rules: readonly XfstestsRule[];
  /** Seconds, unscaled, after which a test hangs whose usual time is unknown; absent: by its groups. */
  readonly timeoutSec?: number;
}

/** The rig's own list: tests whose failure is their own mistake, with the reason of each. */
export const DEFAULT_LIST = packageData('matrices/lists/xfstests-known.yaml');
const TREE_VARIABLE = 'XFSTESTS_TREE';

/** A test as xfstests itself calls it: `generic/413`. */
export const XFSTEST_NAME = /^[a-z0-9]+\/\d{3}[A-Za-z0-9-]*$/;

/** A bare number reads as one, and says not whose. */
const testName = z
  .string({
    error: ({ input }) =>
      'expected the name of a test such as generic/413\n' +
      (typeof input === 'number'
        ? `write the folder, too, and quote it: "generic/${String(input).padStart(3, '0')}"`
        : 'write "generic/413"'),
  })
  .regex(XFSTEST_NAME, { error: 'expected the name of a test such as generic/413' });

const schema = record('an xfstests suite', {
  ...suiteKeys('xfstests'),
  tree: path(
    'A built xfstests tree, or a tarball of one; absent: $XFSTESTS_TREE. The suite is skipped if that is unset.',
  ).optional(),
  'in-image': text('a folder of the image')
    .regex(/^\/\S+$/, { error: 'expected an absolute path in the image' })
    .optional()
    .describe('A built tree in an image of your own: its path there.'),
  groups: listOf(text('a group such as dax'), 'groups')
    .optional()
    .describe(
      'Groups: dax, generic/quick, or expressions such as quick & !dangerous; their union runs. ' +
        'Defaults to dax unless tests are named.',
    ),
  tests: listOf(testName, 'tests').optional().describe('Single tests beside those of the groups: generic/413.'),
  lists: z
    .array(path('A list of tests to exclude, or whose failure is known.'), { error: 'expected a list of paths' })
    .optional()
    .describe("Files that exclude tests or know their failures, see docs/xfstests.md; absent: the rig's own."),
  timeout: duration('a timeout', { min: 1, max: 24 * 3600 })
    .optional()
    .describe(
      'When a test counts as hung. Absent: after five times its usual time, at least 3 minutes; ' +
        'where that is not known 3 minutes in the group quick, else 15.',
    ),
}).superRefine((suite, context) => {
  if (suite.tree !== undefined && suite['in-image'] !== undefined)
    refuse(context, suite, '"tree" and "in-image" exclude each other\nkeep one of them', ['in-image']);
});

export const xfstestsFormat: SuiteFormat<z.output<typeof schema>, XfstestsSuiteSpec> = {
  schema,
  /** Its lists not yet read. Without `tree` it is where $XFSTESTS_TREE says; an unset one leaves the suite without. */
  resolve({ name, tree, 'in-image': inImage, groups, tests, lists, timeout }, context) {
    const { at, toPath } = context;
    const found = inImage === undefined ? resolveTree(tree, context) : ({ at: 'image', path: inImage } as const);
    return {
      kind: 'xfstests',
      name,
      ...present({ tree: found }),
      groups: groups ?? (tests ? [] : ['dax']),
      tests: tests ?? [],
      lists: lists?.map((list, index) => toPath(list, 'file', [...at, 'lists', index])) ?? [DEFAULT_LIST],
      rules: [],
      ...present({ timeoutSec: timeout }),
    };
  },
  readFiles: async (spec) => ({ ...spec, rules: (await Promise.all(spec.lists.map(readXfstestsList))).flat() }),
};

function resolveTree(tree: string | undefined, { at, toPath, env }: SuiteResolveContext): XfstestsTree | undefined {
  const written = tree ?? `$${TREE_VARIABLE}`;
  const isVariable = written === `$${TREE_VARIABLE}` || written === `\${${TREE_VARIABLE}}`;
  if (isVariable && (env[TREE_VARIABLE] ?? '') === '') return undefined;
  return {
    at: 'host',
    path: toPath(written, 'file-or-folder', tree === undefined ? at : [...at, 'tree']),
  };
}
