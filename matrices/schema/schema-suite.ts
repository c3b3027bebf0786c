import * as z from 'zod';
import { CANARIES } from '../../orchestrator/model/canary.ts';
import { LOCKDEP_EXERCISES } from '../../orchestrator/model/lockdep-exercises.ts';
import { suggest } from '../source/problem.ts';
import { type XfstestsInput, xfstestsSchema } from './schema-xfstests.ts';
import { duration, listOf, name, path, record, refuse, size, text, words } from './scalars.ts';

const kind = (value: string) => z.literal(value).optional().describe('Defaults to the name.');

const fioSchema = record('a fio suite', {
  name,
  kind: kind('fio'),
  jobs: listOf(text('the name of a fio job'), 'fio jobs')
    .optional()
    .describe('Job files of orchestrator/suites/fio/jobs, without ".fio"; absent: all that the cell can run.'),
  runtime: duration('a runtime', { min: 1, max: 24 * 3600 })
    .prefault('5s')
    .describe('How long a time-based job runs: 5s.'),
  size: size('a file size', { min: 2 ** 20, max: 2 ** 40, step: 4096 })
    .prefault('128M')
    .describe('Size of the file or device area under test: 128M.'),
  measure: z
    .enum(['time', 'instructions'], { error: 'expected what to measure' })
    .default('time')
    .describe(
      'instructions: those of the guest for each I/O, counted by QEMU on one virtual CPU, whatever else the host does.',
    ),
});

const commandSchema = record('a command suite', {
  name,
  kind: kind('command'),
  run: words('a command').describe(
    'Program and arguments. A program that starts with ./, ../, ~ or $ is a file of the host, and is copied in.',
  ),
  upload: path('File or folder to copy into the guest.').optional(),
  timeout: duration('a timeout', { min: 1, max: 24 * 3600 })
    .prefault('120s')
    .describe('When the command counts as hung: 120s.'),
}).superRefine(({ run }, context) => {
  if (run.length === 0) refuse(context, run, 'expected a command, not an empty one', ['run']);
});

const selftestSchema = record('a selftest suite', {
  name,
  kind: kind('selftest'),
  canaries: listOf(z.enum(CANARIES, { error: 'expected the name of a canary' }), 'canaries')
    .default([...CANARIES])
    .describe('The kernel problems that are planted; absent: all.'),
});

const lockdepSchema = record('a lockdep suite', {
  name,
  kind: kind('lockdep'),
  exercises: listOf(z.enum(LOCKDEP_EXERCISES, { error: 'expected an exercise' }), 'exercises')
    .refine((names) => new Set(names).size === names.length, { error: 'expected each exercise once' })
    .optional()
    .describe('What to do to the locks of the pmem stack; absent: all that the cell can do.'),
  duration: duration('a duration', { min: 1, max: 24 * 3600 })
    .prefault('10s')
    .describe('How long each exercise keeps up its load: 10s.'),
});

const SUITE_KINDS = ['fio', 'command', 'selftest', 'lockdep', 'xfstests'] as const;
const SCHEMAS = {
  fio: fioSchema,
  command: commandSchema,
  selftest: selftestSchema,
  lockdep: lockdepSchema,
  xfstests: xfstestsSchema,
};

export type SuiteInput =
  | ({ readonly kind: 'fio' } & Omit<z.output<typeof fioSchema>, 'kind'>)
  | ({ readonly kind: 'command' } & Omit<z.output<typeof commandSchema>, 'kind'>)
  | ({ readonly kind: 'selftest' } & Omit<z.output<typeof selftestSchema>, 'kind'>)
  | ({ readonly kind: 'lockdep' } & Omit<z.output<typeof lockdepSchema>, 'kind'>)
  | ({ readonly kind: 'xfstests' } & XfstestsInput);

/** How editors see a suite; for loading, {@link suiteSchema} gives better messages than a union can. */
export const suiteUnion = z.union([fioSchema, commandSchema, selftestSchema, lockdepSchema, xfstestsSchema]);

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
  const parsed = SCHEMAS[kind.data].safeParse(input);
  if (!parsed.success) {
    // Of an issue made elsewhere zod takes the message over as it is.
    for (const issue of parsed.error.issues) context.issues.push({ ...issue, input } as z.core.$ZodRawIssue);
    return z.NEVER;
  }
  // The schema was chosen by this very kind.
  return { ...parsed.data, kind: kind.data } as SuiteInput;
});
