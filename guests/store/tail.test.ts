import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createTail } from './tail.ts';

test('what fits is kept whole', () => {
  const tail = createTail(5);
  tail.push(Buffer.from('abc'));
  tail.push(Buffer.from('de'));
  expect(tail.text()).toBe('abcde');
  expect(tail.truncated).toBe(false);
});

test('of more the last bytes stay, however they were cut', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme-ascii' })), fc.integer({ min: 1, max: 20 }), (parts, maxBytes) => {
      const tail = createTail(maxBytes);
      for (const part of parts) tail.push(Buffer.from(part));
      const whole = parts.join('');
      expect(tail.text()).toBe(whole.slice(-maxBytes));
      expect(tail.truncated).toBe(whole.length > maxBytes);
    }),
  );
});
