import fc from 'fast-check';
import { expect, test } from 'vitest';
import { UserError } from '../../orchestrator/model/errors.ts';
import { parseYaml } from './yaml-source.ts';

function codeOf(text: string): unknown {
  try {
    return { value: parseYaml(text, 'f.yaml').value };
  } catch (error) {
    // A bare RangeError or TypeError would be a bug here.
    if (error instanceof UserError) return error.code;
    throw error;
  }
}

test.each([
  ['flow lists', '['.repeat(100_000)],
  ['closed flow lists', `${'['.repeat(5000)}${']'.repeat(5000)}`],
  ['flow mappings', '{a: '.repeat(20_000)],
  ['block mappings', Array.from({ length: 1000 }, (_, level) => `${' '.repeat(level)}a:`).join('\n')],
  ['block lists', `${'- '.repeat(20_000)}x`],
  ['keys', `${'? '.repeat(20_000)}x`],
])('deep %s are refused, whatever their depth, without filling the stack', (_what, text) =>
  expect(codeOf(text)).toBe('too-deep'),
);

test('a thousand aliases of one large value are refused', () => {
  const text = `a: &a [${'x, '.repeat(1000)}]\nb: [${'*a, '.repeat(1000)}]\n`;
  expect(codeOf(text)).toBe('too-many-aliases');
});

test('a few plain aliases are fine', () => {
  expect(codeOf('a: &a { size: 1G }\nb: [*a, *a]\n')).toEqual({
    value: { a: { size: '1G' }, b: [{ size: '1G' }, { size: '1G' }] },
  });
});

test.each(['__proto__', 'constructor', 'prototype', '"__proto__"'])('the key %s is refused at any depth', (key) => {
  expect(codeOf(`a: [{ ${key}: { polluted: 1 } }]`)).toBe('forbidden-key');
  expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
});

test.each(['a: !!set { x }', 'a: !!timestamp 2020-01-01', 'a: !!binary aGk=', 'a: !local x', 'a: !!str 1'])(
  '%s: a tag is refused',
  (text) => expect(codeOf(text)).toBe('yaml-tag'),
);

test('a file that calls itself YAML 1.1 is refused', () =>
  expect(codeOf('%YAML 1.1\n---\na: yes\n')).toBe('yaml-version'));

test.each(['a: yes\n', 'a: no\n', 'a: on\n'])('%j: the words of YAML 1.1 stay words', (text) => {
  expect(typeof (codeOf(text) as { value: { a: unknown } }).value.a).toBe('string');
});

test('positions lead through aliases, to the alias itself when it is the value', () => {
  const source = parseYaml('a: &a\n  deep: 1\nb: *a\n', 'f.yaml');
  expect(source.positionOf(['b'])).toEqual({ file: 'f.yaml', line: 3, column: 4 });
  expect(source.positionOf(['b', 'deep'])).toEqual({ file: 'f.yaml', line: 2, column: 9 });
  expect(source.keyPositionOf(['b', 'deep'])).toEqual({ file: 'f.yaml', line: 2, column: 3 });
});

test('any text either parses or is refused with a UserError', () => {
  const token = fc.constantFrom(
    'a',
    ': ',
    '- ',
    '[',
    ']',
    '{',
    '}',
    '\n',
    '  ',
    '&a ',
    '*a',
    '!t ',
    '? ',
    '|\n',
    '"',
    "'",
    '#',
    '---\n',
    '\t',
    '<<',
    '\u0000',
    '%YAML 9\n',
  );
  fc.assert(
    fc.property(fc.array(token, { maxLength: 60 }), (tokens) => {
      const text = tokens.join('');
      const result = codeOf(text);
      return typeof result === 'string' || typeof result === 'object';
    }),
    { numRuns: 2000 },
  );
});
