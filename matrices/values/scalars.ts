import * as z from 'zod';
import { GLOB_LIMITS, isModestGlob } from '../../orchestrator/model/globs.ts';
import { formatSize, parseSize } from '../../orchestrator/model/size.ts';

/*
 * The matrix's scalar types. By agreement with describe-issue.ts a message is one sentence, `expected …`
 * where the value is of the wrong kind, and after a line break its remedy.
 */

/** Names become parts of cell ids and of folder names, hence the narrow alphabet. */
export const name = z
  .string({ error: 'expected a name' })
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, {
    error: 'expected a name of letters, digits, ".", "_" and "-" that starts with a letter or digit',
  })
  .describe('Letters, digits, ".", "_" and "-"; part of cell ids and of folder names.');

export const text = (what: string) => z.string({ error: `expected ${what}` }).min(1, { error: `expected ${what}` });

export const glob = text('a glob').refine(isModestGlob, { error: `expected a glob ${GLOB_LIMITS}` });

export const debianRelease = text('a Debian release such as bookworm')
  .regex(/^[a-z][a-z0-9.-]*$/, { error: 'expected a Debian release such as bookworm' })
  .describe('A Debian release or pocket: bookworm, trixie, bookworm-backports.');

/** Resolved against the matrix file's folder; `~`, `$VAR` and `${VAR}` are expanded. */
export const path = (description: string) =>
  text('a path')
    .regex(/^\P{Cc}+$/u, { error: 'expected a path without control characters' })
    .describe(`${description} Relative to the matrix file; \`~\`, \`$VAR\` and \`\${VAR}\` are expanded.`);

interface Range {
  readonly min: number;
  readonly max: number;
}

/** In bytes; `step` is what a size must be a multiple of. */
interface SizeRange extends Range {
  readonly step: number;
}

/** A size in bytes: `512M`, `1G`, or a number. */
export const size = (what: string, range: SizeRange) =>
  z
    .union([z.string(), z.number().min(0)], { error: 'expected a size such as 512M or 1G' })
    .transform((input, context) => toBytes(input, context, what, range));

export function toBytes(
  input: string | number,
  context: z.RefinementCtx,
  what: string,
  { min, max, step }: SizeRange,
): number {
  const bytes = typeof input === 'number' ? input : parseSize(input);
  if (bytes === undefined || !Number.isSafeInteger(bytes))
    return refuse(context, input, 'expected a size such as 512M or 1G');
  if (bytes >= min && bytes <= max && bytes % step === 0) return bytes;
  return refuse(
    context,
    input,
    `expected ${what} between ${formatSize(min)} and ${formatSize(max)}, a multiple of ${formatSize(step)}`,
  );
}

const SECONDS = { ms: 0.001, s: 1, m: 60, h: 3600 } as const;

/** A duration in seconds: `90s`, `2m`, `1.5h`, or a number of seconds. */
export const duration = (what: string, { min, max }: Range) =>
  z.union([z.string(), z.number()], { error: 'expected a duration such as 90s or 2m' }).transform((input, context) => {
    const match = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h)?$/.exec(String(input).trim());
    if (!match) return refuse(context, input, 'expected a duration such as 90s or 2m');
    // The pattern admits only keys of SECONDS.
    const seconds = Number(match[1]) * SECONDS[(match[2] ?? 's') as keyof typeof SECONDS];
    return seconds >= min && seconds <= max
      ? seconds
      : refuse(context, input, `expected ${what} between ${formatSeconds(min)} and ${formatSeconds(max)}`);
  });

function formatSeconds(seconds: number): string {
  return seconds % 3600 === 0 ? `${seconds / 3600}h` : `${seconds}s`;
}

/** Words of a command line: a list, or a string that is split at blanks. */
export const words = (what: string) =>
  z
    .union([z.string(), z.array(z.string({ error: `expected ${what}` }))], {
      error: `expected ${what}, as a string or a list of strings`,
    })
    .transform((input, context) => {
      if (typeof input !== 'string') return input;
      // Whoever writes quotes expects a shell's rules; a list says the same without doubt.
      if (/["'\\]/.test(input))
        return refuse(
          context,
          input,
          `quotes are not understood in ${what}\nwrite a list of words: ["one", "two words"]`,
        );
      return input.split(/\s+/).filter((word) => word !== '');
    });

/** One or more, each used once. */
export const listOf = <Item extends z.ZodType>(item: Item, what: string) =>
  z.array(item, { error: `expected a list of ${what}` }).min(1, { error: `expected at least one of the ${what}` });

/** A mapping without unknown keys; `what` names it in messages. */
export const record = <Shape extends z.ZodRawShape>(what: string, shape: Shape) =>
  z.strictObject(shape, {
    // For unknown keys describe-issue.ts wants the name and the known keys, to find the nearest.
    error: (issue) =>
      issue.code === 'unrecognized_keys' ? [what, ...Object.keys(shape)].join('\n') : `expected ${what}, as a mapping`,
  });

export function refuse(
  context: z.RefinementCtx,
  input: unknown,
  message: string,
  path: readonly PropertyKey[] = [],
): never {
  context.addIssue({ code: 'custom', message, input, path: [...path] });
  return z.NEVER;
}
