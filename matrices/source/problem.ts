import { formatPosition, UserError } from '../../orchestrator/model/errors.ts';
import { nearest } from '../../orchestrator/model/nearest.ts';
import type { SourcePosition } from '../../orchestrator/model/errors.ts';

/** Keys and list indexes from the matrix's root down to a value. */
export type ValuePath = readonly (string | number)[];

/** One thing wrong with a matrix, by the path of the value that is wrong. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly remedy?: string;
  readonly path: ValuePath;
  /** Points at the last key of the path instead of at its value. */
  readonly atKey?: boolean;
}

export type PlacedProblem = Omit<Problem, 'path' | 'atKey'> & { readonly position: SourcePosition };

/**
 * One error for all problems, in the file's order, so that one look at the terminal mends the whole file.
 * Code and position are the first one's.
 */
export function toUserError(problems: readonly [PlacedProblem, ...PlacedProblem[]]): UserError {
  const [first, ...others] = problems.toSorted((a, b) => compare(a.position, b.position)) as [
    PlacedProblem,
    ...PlacedProblem[],
  ];
  const { code, message, remedy, position } = first;
  if (others.length === 0)
    return new UserError(message, { code, position, ...(remedy === undefined ? {} : { remedy }) });
  const lines = others.map((other) => `${formatPosition(other.position)}: ${withRemedy(other)}`);
  return new UserError([withRemedy(first), ...lines].join('\n'), { code, position });
}

/** `use "size"` where a known name is near, else all that are known. */
export function suggest(wrong: string, known: readonly string[], what: string): string {
  const near = nearest(wrong, known);
  return near === undefined ? `known ${what}: ${known.join(', ')}` : `use "${near}"`;
}

function withRemedy({ message, remedy }: PlacedProblem): string {
  return remedy === undefined ? message : `${message}\n  fix: ${remedy}`;
}

function compare(a: SourcePosition, b: SourcePosition): number {
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
}
