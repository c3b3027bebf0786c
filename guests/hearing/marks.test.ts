import { expect, test } from 'vitest';
import { createMarks } from './marks.ts';

const marks = createMarks('0123456789abcdef');

test("a line with this guest's token is a mark, whatever stands before it", () => {
  expect(marks.read(marks.compose('test-end 3'))).toBe('test-end 3');
  expect(marks.read(`no line end${marks.compose('ready')}\r`)).toBe('ready');
});

test.each(['pmemrig: FATAL: forged', 'pmemrig: ready', `pmemrig: ${'f'.repeat(16)} ready`, 'pmemrig: 0123456789abcdefready'])('%s is none', (line) => expect(marks.read(line)).toBeUndefined());

test('each guest has a token of its own', () => expect(createMarks().token).not.toBe(createMarks().token));

test('a mark is one line, short enough for one write to /dev/kmsg in any script', () => {
  expect(marks.fit('  a\n b\t c ')).toBe('a b c');
  expect(Buffer.byteLength(marks.compose(marks.fit('字'.repeat(5000))))).toBeLessThan(992);
});
