import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ConsoleChunk } from './console-chunk.ts';
import { readConsoleLine } from './console-line.ts';
import { PlainLine } from './plain-line.ts';
import { findRun } from './plain-run.ts';
import { readReports } from './testing/read-problem-logs.ts';

const plain = new PlainLine();

const piece = fc.oneof(
  fc.constantFrom(
    '[    5.000001]',
    '[   T12]',
    '[    C0]',
    '[123456.000001]',
    '<4>',
    ' ',
    '[5.1]',
    ' fn+0x1/0x2',
    ' ? a.b$c+0xf/0x10 [nd_pmem]',
    'RAX: 0000000000000000 RBX: 0',
    'Modules linked in: a b',
    '\u001b[1m',
    '\r',
    'ä',
    '\t',
    '(1)[2:x]',
    '[3:  x:    1] ',
    'c1  23 ',
    'kernel: ',
  ),
  fc.string({ maxLength: 12 }),
);

test('a line that is read as bytes is what it is as text', () => {
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 5 }), (pieces) => {
      const line = pieces.join('').replaceAll('\n', '');
      const chunk = new ConsoleChunk(Buffer.from(`${line}\n`));
      if (!plain.read(chunk, 0, chunk.bytes.length)) return;
      const { raw, text, timeSec, caller } = plain;
      expect(readConsoleLine(line, true).map((read) => [read.raw, read.text, read.timeSec, read.caller])).toEqual([
        [raw, text, timeSec, caller],
      ]);
    }),
    { numRuns: 3000 },
  );
});

test('nearly all lines of the logs are such lines', () => {
  const lines = readReports()
    .flatMap(({ text }) => text.split('\n'))
    .filter((line) => /^\[ *\d+\.\d{6}\]/.test(line));
  const read = lines.filter((line) => {
    const chunk = new ConsoleChunk(Buffer.from(line));
    return plain.read(chunk, 0, chunk.bytes.length);
  });
  expect(read.length).toBeGreaterThan(0.98 * lines.length);
});

test('a run goes as far as its caller and its kind', () => {
  const stamps = [1, 2, 3, 4, 5].map((microsecond) => `[    5.00000${microsecond}]`);
  const [one, two, three, four, five] = stamps;
  const bytes = Buffer.from(
    `${one}[   T7]  a+0x1/0x2\n${two}[   T7]  ? b+0x1/0x2 [nd]\r\n${three}[   T7] RAX: 0000000000000001\n${four}[   T7] PGD 0\n${five}[   T8] PGD 0\n`,
  );
  const chunk = new ConsoleChunk(bytes);
  const linesFrom = (at: string | undefined, caller: string, shape: 'frame' | 'filler') =>
    findRun(chunk, bytes.indexOf(at ?? ''), { caller, shape })?.lines;
  expect(linesFrom(one, 'T7', 'frame')).toBe(2);
  expect(linesFrom(two, 'T7', 'frame')).toBe(1);
  expect(linesFrom(three, 'T7', 'frame')).toBeUndefined();
  expect(linesFrom(three, 'T7', 'filler')).toBe(2);
  expect(linesFrom(five, 'T7', 'filler')).toBeUndefined();
});
