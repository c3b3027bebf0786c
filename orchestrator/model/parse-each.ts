import type * as z from 'zod';

export interface ReadList<T> {
  readonly good: readonly T[];
  readonly odd: readonly OddEntry[];
}

/** An entry of another program's list that is not as expected. */
export interface OddEntry {
  readonly entry: unknown;
  /** `mode is "memory": expected one of …` */
  readonly why: string;
}

/** Longest value that is quoted whole. */
const MAX_VALUE = 60;

/** Reads another program's list entry by entry: one that is odd says nothing about the others. */
export function parseEach<Schema extends z.ZodType>(
  entries: readonly unknown[],
  schema: Schema,
): ReadList<z.output<Schema>> {
  const good: z.output<Schema>[] = [];
  const odd: OddEntry[] = [];
  for (const entry of entries) {
    const parsed = schema.safeParse(entry);
    if (parsed.success) good.push(parsed.data);
    else odd.push({ entry, why: describeMisfit(parsed.error, entry) });
  }
  return { good, odd };
}

/** What of `input` is not as a schema has it, on one line: each place with its value. */
export function describeMisfit(error: z.ZodError, input: unknown): string {
  return error.issues
    .map(({ path, message }) => {
      const expected = message.replace(/^Invalid (?:input|option): /, '').replace(/, received [^,]*$/, '');
      return `${path.length === 0 ? 'it' : path.join('.')} ${describeValue(path.reduce(valueAt, input))}: ${expected}`;
    })
    .join('; ');
}

/** The text under `key`, by which an odd entry is still known. */
export function nameOf(entry: unknown, key: string): string | undefined {
  const value = valueAt(entry, key);
  return typeof value === 'string' ? value : undefined;
}

function valueAt(value: unknown, key: PropertyKey): unknown {
  return typeof value === 'object' && value !== null
    ? (value as Readonly<Record<PropertyKey, unknown>>)[key]
    : undefined;
}

function describeValue(value: unknown): string {
  if (value === undefined) return 'is not there';
  const text = JSON.stringify(value);
  return `is ${text.length > MAX_VALUE ? `${text.slice(0, MAX_VALUE)}…` : text}`;
}
