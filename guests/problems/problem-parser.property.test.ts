import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createProblemParser } from './problem-parser.ts';
import { parseLog, readHarmless, readReports } from './testing/read-problem-logs.ts';

const REPORTS = readReports();
const report = fc.constantFrom(...REPORTS);

test('cutting the console into chunks changes nothing', () => {
  const logs = fc.array(fc.constantFrom(...REPORTS, ...readHarmless()), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(logs, fc.integer({ min: 1, max: 300 }), (parts, chunkBytes) => {
      const text = parts.map((part) => part.text).join('');
      expect(parseLog(text, chunkBytes)).toEqual(parseLog(text));
    }),
    { numRuns: 150 },
  );
});

test('carriage returns before the line feeds change nothing', () => {
  fc.assert(
    fc.property(report, ({ text }) => {
      expect(parseLog(text.replaceAll('\n', '\r\n'))).toEqual(parseLog(text));
    }),
    { numRuns: 50 },
  );
});

test('a signature outlives another boot: other addresses, offsets, lines, PIDs, CPUs, times and copies of functions', () => {
  fc.assert(
    fc.property(report, fc.integer({ min: 1, max: 9 }), ({ text }, shift) => {
      const before = parseLog(text).map(({ kind, signature }) => ({ kind, signature }));
      const after = parseLog(bootAgain(text, shift)).map(({ kind, signature }) => ({ kind, signature }));
      expect(after).toEqual(before);
    }),
    { numRuns: 400 },
  );
});

/** What differs when the same defect is met again by another build on another machine. */
function bootAgain(text: string, shift: number): string {
  const number = (digits: string) => String(Number(digits) + shift);
  const hex = (digits: string) => digits.replaceAll(/[\da-f]/g, (digit) => ((Number.parseInt(digit, 16) + shift) % 16).toString(16));
  return text
    .replaceAll(/\+0x([\da-f]+)\/0x([\da-f]+)/g, (_all, offset: string, size: string) => `+0x1${hex(offset)}/0x1${hex(size)}`)
    .replaceAll(/(?<=\s{2}(?:\? )?[a-z_]\w{2,})(?=\+0x)/g, shift > 5 ? '.isra.0' : '')
    .replaceAll(/\bffff[\da-f]{12}\b/g, (address) => `ffff${hex(address.slice(4))}`)
    .replaceAll(/(\.[ch]:)(\d+)/g, (_all, file: string, line: string) => file + number(line))
    .replaceAll(/\b(PID: |[Pp]id[:=] ?|task )(\d+)/g, (_all, key: string, pid: string) => key + number(pid))
    .replaceAll(/(?<=\b(?:fio|dd|mount|ndctl|canary|fsx)[/:])\d+/g, number)
    .replaceAll(/(?<=\bCPU: |\bCPU#|\bon cpu |\bcpus=)\d+/g, number)
    .replaceAll(/(?<=\[ *[TC])\d+(?=\])/g, number)
    .replaceAll(/(?<=\[ *)[1-9]\d*(?=\.\d{6}\])/g, number);
}

test('any bytes are read without an exception, and what is kept stays bounded', () => {
  const line = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 80 }),
    fc.constantFrom('BUG: KASAN: x in y', 'Call Trace:', '=====================', '[    1.000000] ------------[ cut here ]------------', 'Kernel panic - not syncing: x', ' f+0x1/0x2', '\r', 'pmemrig: test x'),
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 60 }), fc.integer({ min: 1, max: 50 }), (lines, chunkBytes) => {
      for (const { lines: kept } of parseLog(lines.join('\n'), chunkBytes)) expect(kept.length).toBeLessThanOrEqual(360);
    }),
    { numRuns: 200 },
  );
});

test('a report without an end, and a line without an end, take no more and no more memory', () => {
  let found = 0;
  const parser = createProblemParser((problem) => {
    found += 1;
    expect(problem.lines.join('\n').length).toBeLessThan(400_000);
  });
  const frames = Buffer.from(' some_function+0x123/0x456\n'.repeat(4000));
  parser.push(Buffer.from('BUG: kernel NULL pointer dereference, address: 0\nOops: 0000 [#1]\n'));
  const heap = process.memoryUsage().heapUsed;
  for (let count = 0; count < 40; count += 1) parser.push(frames);
  for (let count = 0; count < 40; count += 1) parser.push(Buffer.alloc(100_000, 'x'));
  expect(process.memoryUsage().heapUsed - heap).toBeLessThan(64 * 1024 * 1024);
  parser.end();
  expect(found).toBe(1);
});
