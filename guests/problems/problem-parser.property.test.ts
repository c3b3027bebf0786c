import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createProblemParser } from './problem-parser.ts';
import { parseLog, readHarmless, readReports, type ProblemLog } from './testing/read-problem-logs.ts';

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

test('the level before a line changes nothing', () => {
  const levelled = REPORTS.filter(({ text }) =>
    text.split('\n').every((line) => line === '' || /^\[ *\d+\.\d{6}\]/.test(line)),
  );
  expect(levelled.length).toBeGreaterThan(180);
  for (const { text } of levelled) {
    const problems = parseLog(text.replaceAll(/^(?=\[)/gm, '<4>'));
    expect(
      problems.map(({ lines, ...problem }) => ({ ...problem, lines: lines.map((line) => line.replace('<4>', '')) })),
    ).toEqual(parseLog(text));
  }
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
  const hex = (digits: string) =>
    digits.replaceAll(/[\da-f]/g, (digit) => ((Number.parseInt(digit, 16) + shift) % 16).toString(16));
  return text
    .replaceAll(
      /\+0x([\da-f]+)\/0x([\da-f]+)/g,
      (_all, offset: string, size: string) => `+0x1${hex(offset)}/0x1${hex(size)}`,
    )
    .replaceAll(/(?<=\s{2}(?:\? )?[a-z_]\w{2,})(?=\+0x)/g, shift > 5 ? '.isra.0' : '')
    .replaceAll(/\bffff[\da-f]{12}\b/g, (address) => `ffff${hex(address.slice(4))}`)
    .replaceAll(/(\.[ch]:)(\d+)/g, (_all, file: string, line: string) => file + number(line))
    .replaceAll(/\b(PID: |[Pp]id[:=] ?|task )(\d+)/g, (_all, key: string, pid: string) => key + number(pid))
    .replaceAll(/(?<=\b(?:fio|dd|mount|ndctl|canary|fsx)[/:])\d+/g, number)
    .replaceAll(/(?<=\bCPU: |\bCPU#|\bon cpu |\bcpus=)\d+/g, number)
    .replaceAll(/(?<=\[ *[TC])\d+(?=\])/g, number)
    .replaceAll(/(?<=\[ *)[1-9]\d*(?=\.\d{6}\])/g, number);
}

/** Each line has a time and no caller, and no line speaks for another's report. */
const TIMED = REPORTS.filter(
  ({ text, expected }) =>
    expected.length === 1 &&
    expected[0]?.get('fatal') !== 'yes' &&
    !/panic|Linux version|pmemrig: /.test(text) &&
    text
      .trimEnd()
      .split('\n')
      .every((line) => /^\[ *\d+\.\d{6}\] /.test(line)),
);
const signed = (text: string) =>
  parseLog(text).map(({ kind, signature, lines }) => ({ kind, signature, lines: lines.map(withoutStamp) }));
const withoutStamp = (line: string): string => line.replace(/^\[ *\d+\.\d{6}\](?:\[ *\w+\])? /, '');
const stampOf = (at: number, caller: string): string =>
  `[${(100 + at / 1e6).toFixed(6).padStart(12)}][${caller.padStart(6)}] `;
/** Gives each line the next microsecond and its caller. */
const print = (lines: readonly { readonly line: string; readonly caller: string }[]): string =>
  lines.map(({ line, caller }, at) => `${stampOf(at, caller)}${line}\n`).join('');
const linesOf = ({ text }: ProblemLog, caller: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => ({ line: withoutStamp(line), caller }));
const timed = fc.constantFrom(...TIMED);

test('the callers in the stamps change nothing', () => {
  expect(TIMED.length).toBeGreaterThan(80);
  for (const log of TIMED) expect(signed(print(linesOf(log, 'T101')))).toEqual(signed(log.text));
});

test('reports of two callers, in any order of their lines, are those two', () => {
  fc.assert(
    fc.property(timed, timed, fc.array(fc.boolean(), { maxLength: 60 }), (one, other, turns) => {
      // One error of the machine, whoever prints of it: the next test.
      fc.pre(!(one.name.startsWith('machine-check') && other.name.startsWith('machine-check')));
      const [left, right] = [linesOf(one, 'T101'), linesOf(other, 'C1')];
      const mixed: typeof left = [];
      for (const turn of turns) mixed.push(...(turn ? left : right).splice(0, 1));
      const found = signed(print([...mixed, ...left, ...right]));
      expect(new Set(found.map((problem) => JSON.stringify(problem)))).toEqual(
        new Set([...signed(one.text), ...signed(other.text)].map((problem) => JSON.stringify(problem))),
      );
    }),
    { numRuns: 400 },
  );
});

test('what two callers print of an error of the machine is one report, with the lines of both', () => {
  const lines = [
    '{1}[Hardware Error]: event severity: recoverable',
    '{1}[Hardware Error]:  Error 0, type: recoverable',
    '{1}[Hardware Error]:   section_type: memory error',
  ];
  const of = (caller: string) => lines.map((line) => ({ line, caller }));
  expect(signed(print([...of('T101'), ...of('C1')]))).toEqual([
    {
      kind: 'machine-check',
      signature: 'machine-check: {N}[Hardware Error]: event severity: recoverable',
      lines: [...lines, ...lines],
    },
  ]);
});

test("lines of other callers change nothing, be they as a report's or long after", () => {
  const noise = fc.constantFrom(
    ' some_function+0x1/0x2',
    'Call Trace:',
    'CPU: 0 PID: 7 Comm: sh Not tainted',
    'EXT4-fs (pmem0): mounted',
    '---[ end trace 0000000000000000 ]---',
    'Modules linked in: x',
    'RIP: 0010:other+0x1/0x2',
    '',
  );
  fc.assert(
    fc.property(
      timed,
      fc.array(fc.tuple(fc.nat(80), noise, fc.constantFrom('T7', 'T8', 'C3')), { maxLength: 100 }),
      (log, inserted) => {
        const lines = linesOf(log, 'T101');
        for (const [at, line, caller] of inserted) lines.splice(at % lines.length, 0, { line, caller });
        expect(signed(print(lines))).toEqual(signed(log.text));
      },
    ),
    { numRuns: 400 },
  );
});

test('a program that prints the log again, wholly or its end, in any form, changes nothing', () => {
  const forms: readonly ((line: string) => string)[] = [
    (line) => line,
    (line) => line.replace(/\]\[ *\w+\] /, '] '),
    (line) => line.replace('][', '] ['),
    (line) => `<4>${line}`,
    (line) => `kern  :warn  : ${line}`,
    (line) => `# ${line}`,
    (line) => `\u001b[32m${line.replace('] ', ']\u001b[0m ')}\u001b[0m`,
    (line) => withoutStamp(line).replace(/^/, '[Thu Jan  1 00:00:01 2026] '),
    (line) => withoutStamp(line).replace(/^/, '2026-01-01T00:00:01,000001+00:00 '),
    (line) => withoutStamp(line).replace(/^/, '[  +0.000001] '),
    (line) => withoutStamp(line).replace(/^/, 'Jan  1 00:00:01 guest kernel: '),
    (line) => `Jan  1 00:00:01 guest kernel: ${line}`,
  ];
  fc.assert(
    fc.property(
      fc.array(timed, { minLength: 1, maxLength: 3 }),
      fc.constantFrom(...forms),
      fc.nat(40),
      (logs, form, dropped) => {
        const log = print(logs.flatMap((one, index) => linesOf(one, `T10${index}`)));
        const again = log.trimEnd().split('\n').slice(dropped).map(form).join('\n');
        const problems = parseLog(log);
        expect(parseLog(`${log}+ dmesg\n${again}\n[  900.000001] done\n`)).toEqual(problems);
      },
    ),
    { numRuns: 300 },
  );
});

test('what a program leaves without a line end takes no line of the kernel with it, however long it is', () => {
  const rest = fc.oneof(
    fc.string({ unit: fc.constantFrom('x', '[', ' ', '5', '.', '\u001b', '<', '\r', 'ä'), maxLength: 40 }),
    fc.integer({ min: 16_000, max: 40_000 }).map((length) => 'x'.repeat(length)),
  );
  fc.assert(
    fc.property(rest, rest, fc.integer({ min: 1, max: 70_000 }), (before, after, chunkBytes) => {
      const text = `[    1.000001] up\n${before}[    5.000001] EXT4-fs error (device pmem0): ext4_lookup:1787: inode #12\n${after}[    6.000001][   T7] XFS (pmem1): Metadata corruption detected at x\n`;
      expect(parseLog(text, chunkBytes).map(({ kind, lines }) => [kind, lines.length])).toEqual([
        ['ext4-error', 1],
        ['xfs-error', 1],
      ]);
    }),
    { numRuns: 300 },
  );
});

test('any bytes are read without an exception, and what is kept stays bounded', () => {
  const line = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 80 }),
    fc.constantFrom(
      'BUG: KASAN: x in y',
      'Call Trace:',
      '=====================',
      '[    1.000000] ------------[ cut here ]------------',
      'Kernel panic - not syncing: x',
      ' f+0x1/0x2',
      '\r',
      'pmemrig: test x',
    ),
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 60 }), fc.integer({ min: 1, max: 50 }), (lines, chunkBytes) => {
      for (const { lines: kept } of parseLog(lines.join('\n'), chunkBytes))
        expect(kept.length).toBeLessThanOrEqual(360);
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
