import * as z from 'zod';
import { expect, test } from 'vitest';
import { describeMisfit, nameOf, parseEach } from './parse-each.ts';

const schema = z.object({ name: z.string(), count: z.object({ of: z.number() }) });

test('an odd entry is named with its place and value, and the others stand', () => {
  const good = { name: 'a', count: { of: 1 } };
  expect(parseEach([good, { name: 'b', count: { of: '2' } }, null, good], schema)).toEqual({
    good: [good, good],
    odd: [
      { entry: { name: 'b', count: { of: '2' } }, why: 'count.of is "2": expected number' },
      { entry: null, why: 'it is null: expected object' },
    ],
  });
});

test('every place that is odd is named, long values are cut', () => {
  const entry = { name: ['x'.repeat(100)], count: {} };
  const [odd] = parseEach([entry], schema).odd;
  expect(odd?.why).toBe(`name is ["${'x'.repeat(58)}…: expected string; count.of is not there: expected number`);
  const { error } = schema.safeParse(entry);
  expect(error && describeMisfit(error, entry)).toBe(odd?.why);
});

test('an entry is known by its name if it has one', () => {
  expect([{ dev: 'a' }, { dev: 1 }, null, 'dev', []].map((entry) => nameOf(entry, 'dev'))).toEqual([
    'a',
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});
