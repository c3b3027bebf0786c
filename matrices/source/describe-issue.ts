import type * as z from 'zod';
import { nearest } from '../../orchestrator/model/nearest.ts';
import { suggest } from './problem.ts';
import type { Problem, ValuePath } from './problem.ts';
import type { YamlSource } from './yaml-source.ts';

const FEW = 6;

/**
 * Turns zod's issues into sentences that name what stands there and what should.
 * @param issues those that `schema` found in `source`
 */
export function describeIssues(issues: readonly z.core.$ZodIssue[], source: YamlSource, schema: z.ZodType): Problem[] {
  const plain = issues.flatMap(unfoldUnion);
  const quotable = findQuotable(plain, source, schema);
  const problems = plain.flatMap((issue) => describeIssue(issue, source, quotable));
  // A misspelt key is not missing as well.
  const misspelt = new Set(problems.flatMap(({ meant }) => meant ?? []));
  return problems.filter(({ missing }) => missing === undefined || !misspelt.has(missing));
}

/** `meant` and `missing` are paths of keys, as text. */
type Described = Problem & { readonly meant?: string; readonly missing?: string };

function describeIssue(issue: z.core.$ZodIssue, source: YamlSource, quotable: ReadonlySet<string>): Described[] {
  const path = pathOf(issue);
  const [sentence = '', ...rest] = issue.message.split('\n');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      code: 'unknown-key',
      message: `unknown key "${key}" in ${sentence}`,
      remedy: suggest(key, rest, 'keys'),
      path: [...path, key],
      atKey: true,
      meant: [...path, nearest(key, rest)].join('/'),
    }));
  }
  const found = lookUp(source.value, path);
  const written = source.textOf(path);
  const quote = written !== undefined && quotable.has(path.join('/')) ? `quote it: "${written}"` : undefined;
  const remedy = rest.join('\n') || (quote ?? remedyFor(issue, found));
  const part = { path, ...(remedy === undefined ? {} : { remedy }) };
  const key = path.at(-1);
  if (found === undefined && typeof key === 'string') {
    return [
      {
        ...part,
        code: 'missing-key',
        message: `"${key}" is missing: ${sentence}`,
        path: path.slice(0, -1),
        missing: path.join('/'),
      },
    ];
  }
  const message =
    sentence.startsWith('expected') && !sentence.includes(', not ')
      ? `${sentence}, ${showFound(issue, found, written)}`
      : sentence;
  return [{ ...part, code: issue.code === 'invalid_type' ? 'wrong-type' : 'bad-value', message }];
}

/** What a list among the alternatives says of its items, in place of the whole union's sentence. */
function unfoldUnion(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  if (issue.code !== 'invalid_union') return [issue];
  const within = issue.errors.find((branch) => branch.length > 0 && branch.every(({ path }) => path.length > 0));
  return within === undefined ? [issue] : within.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }));
}

/**
 * The paths of numbers, booleans and nulls that the schema takes once they are quoted. It is asked, for all at once.
 */
function findQuotable(issues: readonly z.core.$ZodIssue[], source: YamlSource, schema: z.ZodType): ReadonlySet<string> {
  const paths = issues
    .map(pathOf)
    .filter((path) => isBareScalar(lookUp(source.value, path)) && Boolean(source.textOf(path)));
  if (paths.length === 0) return new Set();
  const quoted = structuredClone(source.value);
  for (const path of paths) {
    const parent = lookUp(quoted, path.slice(0, -1));
    const key = path.at(-1);
    if (typeof parent === 'object' && parent !== null && key !== undefined)
      Reflect.set(parent, key, source.textOf(path));
  }
  const refused = new Set(
    (schema.safeParse(quoted).error?.issues ?? []).flatMap(unfoldUnion).map((issue) => issue.path.join('/')),
  );
  return new Set(paths.map((path) => path.join('/')).filter((path) => !refused.has(path)));
}

function isBareScalar(value: unknown): boolean {
  return value === null || ['number', 'boolean', 'bigint'].includes(typeof value);
}

/** YAML keys are strings, so no symbol can be in the path. */
function pathOf(issue: z.core.$ZodIssue): ValuePath {
  return issue.path as ValuePath;
}

function remedyFor(issue: z.core.$ZodIssue, found: unknown): string | undefined {
  if (issue.code === 'invalid_value') return choose(issue.values.map(String), found);
  if (issue.code === 'invalid_union' && 'options' in issue) return choose((issue.options ?? []).map(String), found);
  return undefined;
}

function choose(known: readonly string[], found: unknown): string | undefined {
  if (known.length === 1) return undefined;
  const all = `known values: ${known.join(', ')}`;
  if (typeof found !== 'string') return all;
  const near = suggest(found, known, 'values');
  // With few names, the nearest may not be what was meant.
  return near === all || known.length > FEW ? near : `${near}; ${all}`;
}

function lookUp(root: unknown, path: ValuePath): unknown {
  return path.reduce<unknown>(
    (value, part) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, part) ? Reflect.get(value, part) : undefined,
    root,
  );
}

/** `written` is how the file writes a scalar: 6.10 and 6.1 are one number. */
function showFound(issue: z.core.$ZodIssue, found: unknown, written: string | undefined): string {
  if (found === null && !written) return 'but nothing is there';
  if (written && typeof found !== 'string') return `not ${written}`;
  return `not ${issue.code === 'too_big' && Array.isArray(found) ? found.length : show(found)}`;
}

function show(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object') return 'a mapping';
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : typeof value;
}
