import { expect, test } from 'vitest';
import { formatOf, SUITE_KINDS } from './suite-formats.ts';

/** Whether an entry of this kind is refused for its kind. */
function refusesKind(format: string, kind: string): boolean {
  const { error } = formatOf(format).schema.safeParse({ name: 'x', kind });
  return error?.issues.some(({ path }) => path[0] === 'kind') === true;
}

test.each(SUITE_KINDS)('the format listed as %s takes that kind and no other', (kind) => {
  expect(refusesKind(kind, kind)).toBe(false);
  for (const other of SUITE_KINDS) if (other !== kind) expect(refusesKind(kind, other)).toBe(true);
});

test('a kind that no format has is a mistake in the code', () => {
  expect(() => formatOf('constructor')).toThrow('no suite has the kind "constructor"');
});
