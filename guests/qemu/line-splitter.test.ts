import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLineSplitter } from './line-splitter.ts';

function split(chunks: readonly (string | Uint8Array)[], options = {}): string[] {
  const lines: string[] = [];
  const splitter = createLineSplitter((line) => lines.push(line), options);
  for (const chunk of chunks) splitter.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
  splitter.end();
  return lines;
}

test("CR LF, LF and the serial driver's CR CR LF all end one line", () => {
  expect(split(['a\r\nb\nc\r\r\nd'])).toEqual(['a', 'b', 'c', 'd']);
});

test('a lone CR parts what the terminal would have overwritten', () => {
  expect(split(['10%\r20%\r100%\r\n'])).toEqual(['10%', '20%', '100%']);
});

test('empty lines are lines', () => {
  expect(split(['a\n\n\r\nb\n'])).toEqual(['a', '', '', 'b']);
});

test('ANSI sequences and control bytes go, tabs stay', () => {
  expect(split(['\u001b[1;31mred\u001b[0m\tx\u0000\u0007\u001b[2J\n'])).toEqual(['red\tx']);
});

test('a line without end is cut, so that memory stays bounded', () => {
  expect(split(['x'.repeat(25)], { maxLineChars: 10 }).map((line) => line.length)).toEqual([10, 10, 5]);
});

test('how bytes are cut into chunks makes no difference', () => {
  const line = fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll(/[\r\n]/g, ''));
  fc.assert(
    fc.property(fc.array(line), fc.array(fc.nat({ max: 7 })), (lines, steps) => {
      const bytes = Buffer.from(lines.join('\n'));
      const chunks: Uint8Array[] = [];
      for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
        const length = (steps[turn % Math.max(1, steps.length)] ?? 0) + 1;
        chunks.push(bytes.subarray(at, at + length));
        at += length;
      }
      expect(split(chunks)).toEqual(split([bytes]));
    }),
  );
});
