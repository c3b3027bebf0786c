import fc from 'fast-check';
import { expect, expectTypeOf, test } from 'vitest';
import { present } from './present.ts';

test('a property without a value is left out, not kept as undefined', () => {
  const message: string | undefined = undefined;
  expect(Object.keys({ test: 'a', ...present({ message, status: 'fail' }) })).toStrictEqual(['test', 'status']);
});

test('null, false, 0 and the empty text are values', () => {
  const values = { none: null, no: false, zero: 0, empty: '' };
  expect(present(values)).toStrictEqual(values);
});

test('JSON is the same with it and without it, in the order of its keys too', () => {
  fc.assert(
    fc.property(
      fc.dictionary(
        fc.string().filter((name) => name !== '__proto__'),
        fc.option(fc.jsonValue(), { nil: undefined }),
      ),
      (properties) => {
        expect(JSON.stringify(present(properties))).toBe(JSON.stringify(properties));
      },
    ),
  );
});

test('what may be undefined becomes what may be absent', () => {
  const seconds = 3 as number | undefined;
  expectTypeOf(present({ seconds })).toEqualTypeOf<{ seconds?: number }>();
});
