import type * as z from 'zod';
import { nearest } from '../orchestrator/model/nearest.ts';
import { suggest } from './problem.ts';
import type { Problem, ValuePath } from './problem.ts';

const FEW = 6;

/**
 * Turns zod's issues into sentences that name what stands there and what should.
 * @param root the whole parsed value, to look up what stands at the issues' paths
 */
export function describeIssues(issues: readonly z.core.$ZodIssue[], root: unknown): Problem[] {
  const problems = issues.flatMap((issue) => describeIssue(issue, root));
  // A misspelt key is not missing as well.
  const misspelt = new Set(problems.flatMap(({ meant }) => meant ?? []));
  return problems.filter(({ missing }) => missing === undefined || !misspelt.has(missing));
}

/** `meant` and `missing` are paths of keys, as text. */
type Described = Problem & { readonly meant?: string; readonly missing?: string };

function describeIssue(issue: z.core.$ZodIssue, root: unknown): Described[] {
  // YAML keys are strings, so no symbol can be in the path.
  const path = issue.path as ValuePath;
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
  const found = lookUp(root, path);
  const remedy = rest.join('\n') || remedyFor(issue, found);
  const part = { path, ...(remedy === undefined ? {} : { remedy }) };
  const key = path.at(-1);
  if (found === undefined && typeof key === 'string') {
    return [{ ...part, code: 'missing-key', message: `"${key}" is missing: ${sentence}`, path: path.slice(0, -1), missing: path.join('/') }];
  }
  const message = sentence.startsWith('expected') && !sentence.includes(', not ') ? `${sentence}, ${showFound(issue, found)}` : sentence;
  return [{ ...part, code: issue.code === 'invalid_type' ? 'wrong-type' : 'bad-value', message }];
}

function remedyFor(issue: z.core.$ZodIssue, found: unknown): string | undefined {
  if (issue.code === 'invalid_value') return choose(issue.values.map(String), found);
  if (issue.code === 'invalid_union' && 'options' in issue) return choose((issue.options ?? []).map(String), found);
  if (issue.code === 'invalid_type' && issue.expected === 'string' && ['number', 'boolean'].includes(typeof found))
    return `quote it: "${String(found)}"`;
  return undefined;
}

function choose(known: readonly string[], found: unknown): string | undefined {
  if (known.length === 1) return undefined;
  const all = `known values: ${known.join(', ')}`;
  if (typeof found !== 'string') return all;
  const near = suggest(found, known, 'values');
  // Of a few, the nearest need not be what was meant.
  return near === all || known.length > FEW ? near : `${near}; ${all}`;
}

function lookUp(root: unknown, path: ValuePath): unknown {
  return path.reduce<unknown>(
    (value, part) => (typeof value === 'object' && value !== null && Object.hasOwn(value, part) ? Reflect.get(value, part) : undefined),
    root,
  );
}

function showFound(issue: z.core.$ZodIssue, found: unknown): string {
  if (found === null) return 'but nothing is there';
  return `not ${issue.code === 'too_big' && Array.isArray(found) ? found.length : show(found)}`;
}

function show(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object') return 'a mapping';
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : typeof value;
}
