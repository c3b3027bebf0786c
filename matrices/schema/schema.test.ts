import { expect, test } from 'vitest';
import { matrixJsonSchema } from './schema.ts';

type JsonSchema = {
  readonly properties?: Record<string, JsonSchema>;
  readonly description?: string;
  readonly additionalProperties?: unknown;
} & Record<string, unknown>;

/** Every schema of a mapping in the export, with the path of keys to it. */
function* mappingsIn(value: unknown, path = ''): Generator<[string, JsonSchema]> {
  if (typeof value !== 'object' || value === null) return;
  if ('properties' in value) yield [path, value as JsonSchema];
  for (const [key, child] of Object.entries(value)) yield* mappingsIn(child, `${path}/${key}`);
}

test('every mapping in the JSON Schema is closed, and every key is described', () => {
  const mappings = [...mappingsIn(matrixJsonSchema())];
  expect(mappings.length).toBeGreaterThan(14);
  expect(mappings.filter(([, schema]) => schema.additionalProperties !== false)).toEqual([]);
  const keys = mappings.flatMap(([path, { properties = {} }]) =>
    Object.entries(properties).map(([key, schema]) => ({ key: `${path}/${key}`, schema })),
  );
  expect(keys.filter(({ schema }) => schema.description === undefined)).toEqual([]);
});

test('the JSON Schema speaks of the file as people write it: sizes may be text, defaults may be left out', () => {
  const schema = matrixJsonSchema() as JsonSchema;
  expect(schema['required']).toEqual(['version', 'name', 'kernels', 'pmem', 'suites']);
  expect(JSON.stringify(schema)).toContain('"default":"2G"');
});
