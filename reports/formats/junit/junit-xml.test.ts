import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cleanLine } from '../../text/clean-text.ts';
import { addBareCase, addCase, buildSuite } from './junit-xml.ts';

const word = fc.oneof(fc.string({ unit: 'grapheme' }), fc.stringMatching(/^[\w ./:+@=~-]{0,20}$/)).map(cleanLine);

test('a test case that has only its attributes is the same text as the element, whatever its name', () => {
  fc.assert(
    fc.property(word, word, fc.nat(10_000_000), (className, name, ms) => {
      const bare = buildSuite('suite', (suite) => addBareCase(suite, className, name, ms / 1000));
      const built = buildSuite('suite', (suite) =>
        addCase(suite, (testCase) =>
          testCase
            .className(className)
            .name(name)
            .time(ms / 1000),
        ),
      );
      expect(bare).toBe(built);
    }),
  );
});
