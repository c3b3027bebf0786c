import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readConsoleLine } from '../problems/console-line.ts';
import { parseRecord } from './kernel-log.ts';
import { createMarks } from './marks.ts';

const marks = createMarks('0123456789abcdef');

test("a line with this guest's token is a mark, whatever stands before it", () => {
  expect(marks.read(marks.compose('test-end 3'))).toBe('test-end 3');
  expect(marks.read(`no line end${marks.compose('ready')}\r`)).toBe('ready');
});

test.each([
  'pmemrig: FATAL: forged',
  'pmemrig: ready',
  `pmemrig: ${'f'.repeat(16)} ready`,
  'pmemrig: 0123456789abcdefready',
])('%s is none', (line) => expect(marks.read(line)).toBeUndefined());

test('each guest has a token of its own', () => expect(createMarks().token).not.toBe(createMarks().token));

test('a mark is one line, short enough for one write to /dev/kmsg in any script', () => {
  expect(marks.fit('  a\n b\t c ')).toBe('a b c');
  expect(Buffer.byteLength(marks.compose(marks.fit('字'.repeat(5000))))).toBeLessThan(992);
});

test('the text of a mark comes back as it was written, by the console and by the log buffer', () => {
  const texts = fc.string({
    unit: fc.oneof(
      fc.constantFrom('\u001b[31m', '\u001b', '\u009b', '\r', '\n', '\0', '\ud83d', ' ', '\\'),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
    ),
    maxLength: 400,
  });
  fc.assert(
    fc.property(texts, (raw) => {
      const text = marks.fit(raw);
      const line = marks.compose(text);
      expect(Buffer.byteLength(line)).toBeLessThan(992);
      expect(marks.fit(text)).toBe(text);
      const printed = Buffer.from(line).toString();
      expect(readConsoleLine(`[    1.000000] ${printed}`).map((part) => marks.read(part.text))).toEqual([text]);
      // As the kernel's /dev/kmsg gives it.
      const escaped = Array.from(Buffer.from(line), (byte) =>
        byte < 32 || byte >= 127 || byte === 92
          ? String.raw`\x${byte.toString(16).padStart(2, '0')}`
          : String.fromCodePoint(byte),
      ).join('');
      expect(marks.read(parseRecord(`4,1,1000000,-;${escaped}`)?.text ?? '')).toBe(text);
    }),
  );
});
