import * as z from 'zod';
import { suggest } from '../source/problem.ts';
import { formatOf, SUITE_FORMATS, SUITE_KINDS, type SuiteKind } from '../suites/suite-formats.ts';
import type { SuiteEntry } from '../suites/suite-format.ts';
import { refuse } from '../values/scalars.ts';

/** A suite's entry as its own format reads it; which kind it is of is known from here on. */
export interface SuiteInput extends SuiteEntry {
  readonly kind: SuiteKind;
}

/** How editors see a suite; for loading, {@link suiteSchema} gives better messages than a union can. */
export const suiteUnion = z.union(Object.values(SUITE_FORMATS).map(({ schema }) => schema));

/** What {@link suiteSchema} is for a JSON Schema before its kind is known; the export puts {@link suiteUnion} there. */
export const anySuite = z.unknown();

/** A suite of the kind that `kind`, or else its name, says. */
export const suiteSchema = anySuite.transform((input, context): SuiteInput => {
  const given = z.looseObject({ name: z.unknown().optional(), kind: z.unknown().optional() }).safeParse(input);
  if (!given.success) return refuse(context, input, 'expected a suite, as a mapping');
  const { name, kind: said = name } = given.data;
  const kind = z.enum(SUITE_KINDS).safeParse(said);
  if (!kind.success) {
    if (typeof name !== 'string') return refuse(context, input, 'expected a name', ['name']);
    if (typeof said !== 'string')
      return refuse(context, input, `expected a suite kind\nknown kinds: ${SUITE_KINDS.join(', ')}`, ['kind']);
    if (said !== name)
      return refuse(context, input, `expected a suite kind\n${suggest(said, SUITE_KINDS, 'kinds')}`, ['kind']);
    return refuse(
      context,
      input,
      `the suite "${name}" must say its kind, since its name is none\nadd kind: ${SUITE_KINDS.join(' or kind: ')}`,
      ['name'],
    );
  }
  const parsed = formatOf(kind.data).schema.safeParse(input);
  if (!parsed.success) {
    // zod takes the message of an issue that was made elsewhere as it is.
    for (const issue of parsed.error.issues) context.issues.push({ ...issue, input } as z.core.$ZodRawIssue);
    return z.NEVER;
  }
  return { ...parsed.data, kind: kind.data };
});
