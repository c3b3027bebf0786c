import * as z from 'zod';
import { duration, listOf, name, path, record, refuse, text } from './scalars.ts';

/** A bare number reads as one, and says not whose. */
const testName = z
  .string({
    error: ({ input }) =>
      `expected the name of a test such as generic/413\n${typeof input === 'number' ? `write the folder, too, and quote it: "generic/${String(input).padStart(3, '0')}"` : 'write "generic/413"'}`,
  })
  .regex(/^[a-z0-9]+\/\d{3}[A-Za-z0-9-]*$/, { error: 'expected the name of a test such as generic/413' });

export const xfstestsSchema = record('an xfstests suite', {
  name,
  kind: z.literal('xfstests').optional().describe('Defaults to the name.'),
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
      'Groups: dax, generic/quick, or expressions such as quick & !dangerous; their union runs. Defaults to dax unless tests are named.',
    ),
  tests: listOf(testName, 'tests').optional().describe('Single tests beside those of the groups: generic/413.'),
  lists: z
    .array(path('A list of tests to exclude, or whose failure is known.'), { error: 'expected a list of paths' })
    .optional()
    .describe("Files that exclude tests or know their failures, see docs/xfstests.md; absent: the rig's own."),
  timeout: duration('a timeout', { min: 1, max: 24 * 3600 })
    .optional()
    .describe(
      'When a test counts as hung. Absent: after five times its usual time, at least 3 minutes; where that is not known 3 minutes in the group quick, else 15.',
    ),
}).superRefine((suite, context) => {
  if (suite.tree !== undefined && suite['in-image'] !== undefined)
    refuse(context, suite, '"tree" and "in-image" exclude each other\nkeep one of them', ['in-image']);
});

export type XfstestsInput = Omit<z.output<typeof xfstestsSchema>, 'kind'>;
