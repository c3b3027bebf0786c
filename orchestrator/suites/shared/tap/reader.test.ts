import { expect, test } from 'vitest';
import { parseTap } from './reader.ts';
import { MAX_RESULTS } from './collector.ts';

const brief = (text: string) => {
  const { subtests, problems } = parseTap(text);
  return {
    subtests: subtests.map(({ name, status, message }) => [name, status, ...(message === undefined ? [] : [message])]),
    problems,
  };
};
const names = (text: string) => parseTap(text).subtests.map(({ name, status }) => `${name} ${status}`);
const lines = (...all: readonly string[]) => `${all.join('\n')}\n`;

test('each result is a subtest, skips with their reason', () => {
  expect(brief('TAP version 13\n1..3\nok 1 map\nok 2 sync # SKIP no MAP_SYNC\nnot ok 3 flush\n')).toEqual({
    subtests: [
      ['map', 'pass'],
      ['sync', 'skip', 'no MAP_SYNC'],
      ['flush', 'fail', 'not ok'],
    ],
    problems: [],
  });
});

test.each([
  [
    'eight lines of make',
    lines(
      ...Array.from(
        { length: 8 },
        (_, level) => `make[${level}]: Entering directory '/srv/tests/with/a/rather/long/path/that/goes/on'`,
      ),
      'TAP version 13',
      '1..2',
      'ok 1 a',
      'not ok 2 b',
    ),
  ],
  ['words before a plan', 'Setting up\n1..2\nok 1 a\nnot ok 2 b\n'],
  ['words that look like results', 'ok\n1..2\nok 1 a\nnot ok 2 b\n'],
  ['the same without a plan', 'ok\nok\nok 1 a\nnot ok 2 b\n'],
  ['neither version nor plan', 'ok 1 a\nnot ok 2 b\n'],
  ['a plan at the end', 'ok 1 a\nnot ok 2 b\n1..2\n'],
  ['a plan at the end of results without numbers', 'ok - a\nnot ok - b\n1..2\n'],
  ['an indented stream', 'Results:\n  TAP version 13\n  1..2\n  ok 1 a\n  not ok 2 b\nend\n'],
  ['a byte order mark', '\uFEFFTAP version 13\n1..2\nok 1 a\nnot ok 2 b\n'],
  ['carriage returns', 'TAP version 13\r\n1..2\r\nok 1 a\r\nnot ok 2 b\r\n'],
  ['colours', '\u001B[1mTAP version 13\u001B[0m\n1..2\n\u001B[32mok 1 a\u001B[0m\n\u001B[31mnot ok 2 b\u001B[0m\n'],
  ['a last line without an end', 'TAP version 13\n1..2\nok 1 a\nnot ok 2 b'],
])('results are found wherever they begin: %s', (_where, text) => {
  expect({ names: names(text), problems: parseTap(text).problems }).toEqual({
    names: ['a pass', 'b fail'],
    problems: [],
  });
});

test.each([
  ['', '[    1.1] '],
  ['with the caller', '[    1.123456][   T12] '],
  ['with the context', '[    1.123456][  T12][ kunit_try_catch] '],
  ['with the level', '<6>[    1.1] '],
  ['with the level alone', '<6>'],
  ['as dmesg -T has them', '[Mon Mar  2 10:00:00 2026] '],
  ['as dmesg -d has them', '[    1.1 <    0.000010>] '],
  ['as dmesg -x has them', 'kern  :info  : [    1.1] '],
  ['as /dev/kmsg has them', '6,339,5140900,-;'],
  ['as journalctl has them', 'Mar 02 10:00:00 host-1 kernel: '],
  ['as ts -s has them', '00:00:01 '],
])("the kernel's time stamps are no part of the results, %s", (_form, stamp) => {
  const text = lines(
    'KTAP version 1',
    '1..1',
    '    KTAP version 1',
    '    # Subtest: dax',
    '    1..2',
    '    ok 1 zero',
    '    not ok 2 poison',
    'not ok 1 dax',
  ).replaceAll(/^/gm, stamp);
  expect({ names: names(text), problems: parseTap(text).problems }).toEqual({
    names: ['dax/zero pass', 'dax/poison fail'],
    problems: [],
  });
});

test('stamps that grow, and levels that change, are the same stamps', () => {
  expect(names('kern  :info  : [    9.9] KTAP version 1\nkern  :err   : [   10.01] not ok 1 a\n')).toEqual(['a fail']);
  expect(names('6,9,999,-;KTAP version 1\n3,10,1000,-;not ok 1 a\n')).toEqual(['a fail']);
});

test('words that end in a version line are no stream', () => {
  for (const words of [
    'At 10:00 this speaks TAP version 13',
    'ok 1 a # 10:00 KTAP version 1',
    '# [    1.1] it said: "KTAP version 1',
  ])
    expect(parseTap(`${words}\nok 2 b\n`).problems).toEqual([]);
});

test("what the kernel says in between is a stream of its own, and breaks no program's", () => {
  const text = lines(
    'TAP version 13',
    '1..2',
    'ok 1 load',
    '[    1.1] KTAP version 1',
    '[    1.1] 1..1',
    '[    1.1] not ok 1 dax',
    'ok 2 read back',
  );
  expect(parseTap(text).problems).toEqual([]);
  expect(names(text)).toEqual(['load pass', 'dax fail', 'read back pass']);
});

test('a version line at the outermost level begins another stream', () => {
  const text = lines(
    'TAP version 13',
    '1..2',
    'ok 1 pm: a',
    'ok 2 pm: b',
    'TAP version 13',
    '1..2',
    'ok 1 fs: c',
    'ok 2 fs: d',
  );
  expect({ names: names(text), problems: parseTap(text).problems }).toEqual({
    names: ['pm: a pass', 'pm: b pass', 'fs: c pass', 'fs: d pass'],
    problems: [],
  });
  expect(parseTap('TAP version 13\n1..2\nok 1 a\nTAP version 13\n1..1\nok 1 b\n').problems).toEqual([
    '1 of 2 results is missing, the first is number 2',
  ]);
  expect(parseTap('TAP version 13\n1..1\nok 1 a\nTAP version 13\n1..2\nok 1 b\n').problems).toEqual([
    'stream 2: 1 of 2 results is missing, the first is number 2',
  ]);
});

test('where a plan is fulfilled, another plan or another number 1 begins another stream', () => {
  expect(brief('1..1\nok 1 a\n1..1\nok 1 b\n')).toEqual({
    subtests: [
      ['a', 'pass'],
      ['b', 'pass'],
    ],
    problems: [],
  });
  expect(brief('ok 1 a\n1..1\nok 1 b\n1..1\n')).toEqual({
    subtests: [
      ['a', 'pass'],
      ['b', 'pass'],
    ],
    problems: [],
  });
  expect(parseTap('1..2\nok 1 a\n1..1\nok 1 b\n').problems).not.toEqual([]);
  expect(parseTap('1..1\nok 1 a\nok 1 b\n').problems).not.toEqual([]);
});

test('kselftest.h prints the name of a skipped test after the directive', () => {
  expect(brief('TAP version 13\n1..1\nok 1 # SKIP map_sync\n').subtests).toEqual([['map_sync', 'skip', 'map_sync']]);
});

test("KTAP's own directives are read: an expected failure is no pass", () => {
  expect(
    brief('KTAP version 1\n1..3\nok 1 a # XFAIL known\nnot ok 2 b # TIMEOUT 45 seconds\nnot ok 3 c # XFAIL\n').subtests,
  ).toEqual([
    ['a', 'skip', 'expected to fail: known'],
    ['b', 'fail', 'not ok: TIMEOUT 45 seconds'],
    ['c', 'skip', 'expected to fail'],
  ]);
});

const forgivenBy = (line: string) => parseTap(`KTAP version 1\n1..1\n${line}\n`).subtests[0]?.forgiven;

test('a result is forgiven by its directive, never by how its words begin', () => {
  expect(forgivenBy('ok 1 a # XFAIL later')).toEqual({ by: 'test', reason: 'later' });
  expect(forgivenBy('not ok 1 a # TODO')).toEqual({ by: 'test', reason: '' });
  expect(forgivenBy('ok 1 a # SKIP known failure of the board, not run')).toBeUndefined();
  expect(forgivenBy('ok 1 a # SKIP expected to fail here')).toBeUndefined();
});

test('an unexpected pass is a pass that says so, a result at odds with its directive a failure', () => {
  expect(
    brief(
      'KTAP version 1\n1..5\nok 1 # XPASS map_sync\nok 2 b # XPASS works now\nok 3 c # TODO later\nok 4 d # TIMEOUT ' +
        '45 seconds\nok 5 e # ERROR no memory\n',
    ).subtests,
  ).toEqual([
    ['map_sync', 'pass', 'passed, though it was expected to fail: map_sync'],
    ['b', 'pass', 'passed, though it was expected to fail: works now'],
    ['c', 'pass', 'passed, though it was expected to fail: later'],
    ['d', 'fail', 'ok: TIMEOUT 45 seconds'],
    ['e', 'fail', 'ok: ERROR no memory'],
  ]);
});

test.each([
  ['not ok 1 gamma # always fails', ['gamma', 'fail', 'not ok: always fails']],
  ['ok 1 gamma # 12 ms', ['gamma', 'pass']],
  ['ok 1 - gamma # 12 ms', ['gamma', 'pass']],
  ['ok 1 - gamma # time=12.5ms', ['gamma', 'pass']],
  ['not ok 1 # got 3', ['test 1', 'fail', 'not ok: got 3']],
  ['not ok 1 gamma #', ['gamma', 'fail', 'not ok']],
  ['not ok 1 gamma # got 3 # want 4', ['gamma', 'fail', 'not ok: got 3 # want 4']],
  ['not ok 1 selftests: dax: x # exit=1', ['selftests: dax: x', 'fail', 'not ok: exit=1']],
  ['not ok 1 selftests: dax: x # TIMEOUT 45 seconds', ['selftests: dax: x', 'fail', 'not ok: TIMEOUT 45 seconds']],
  ['ok 1 selftests: dax: x # SKIP', ['selftests: dax: x', 'skip', 'skipped without a reason']],
  ['not ok 1 gamma # SKIP: no pmem', ['gamma', 'skip', 'no pmem']],
  ['ok 1 gamma # skipped no pmem', ['gamma', 'skip', 'no pmem']],
  ['not ok 1 gamma # todo later', ['gamma', 'skip', 'expected to fail: later']],
  ['not ok 1 # error map_sync', ['map_sync', 'fail', 'not ok: error map_sync']],
  ['not ok 1 map # error: EIO', ['map', 'fail', 'not ok: error: EIO']],
  ['ok 1 map # error handling works', ['map', 'pass']],
  ['ok 1 gamma # 12 ms # SKIP no pmem', ['gamma', 'skip', 'no pmem']],
  ['not ok 1 gamma # it printed: ok 1 a # SKIP', ['gamma', 'fail', 'not ok: it printed: ok 1 a # SKIP']],
  ['ok 1 issue #12', ['issue #12', 'pass']],
  ['ok 1 issue #12 # SKIP no pmem', ['issue #12', 'skip', 'no pmem']],
  [String.raw`not ok 1 a \# b # why \# not`, ['a # b', 'fail', 'not ok: why # not']],
  [String.raw`ok 1 a \# SKIP b`, ['a # SKIP b', 'pass']],
  [String.raw`ok 1 a \\ # 12 ms`, ['a \\', 'pass']],
  [String.raw`ok 1 a \# b # SKIP no \#`, ['a # b', 'skip', 'no #']],
])('what follows " # " is no part of the name, unless it is escaped: %s', (line, expected) => {
  expect(brief(`KTAP version 1\n1..1\n${line}\n`)).toEqual({ subtests: [expected], problems: [] });
});

test('what is no number or dash of its own belongs to the name', () => {
  expect(names('1..4\nok 3-way merge\nok 2 - - b\nok 3\t- c\nok -d\n')).toEqual([
    '3-way merge pass',
    '- b pass',
    'c pass',
    '-d pass',
  ]);
});

test('results without numbers or names are counted', () =>
  expect(names('1..3\nok\nnot ok\nok - c\n')).toEqual(['test 1 pass', 'test 2 fail', 'c pass']));

test('an empty plan says why nothing ran', () => {
  expect(parseTap('1..0 # SKIP no pmem\n').skipAll).toBe('no pmem');
  expect(parseTap('TAP version 13\n1..0 # Skipped: no pmem\n').skipAll).toBe('no pmem');
  expect(parseTap('1..0 Skipped: no pmem\n').skipAll).toBe('no pmem');
  expect(parseTap('1..0\n').skipAll).toBe('no reason given');
  expect(parseTap('1..0 # SKIP no pmem\nTAP version 13\n1..0 # SKIP no DAX\n').skipAll).toBe('no pmem; no DAX');
});

test('a part that skipped all is remarked on where others ran', () => {
  expect(parseTap('TAP version 13\n1..0 # SKIP no pmem\nTAP version 13\n1..1\nok 1 a\n')).toMatchObject({
    problems: [],
    remarks: ['a part was skipped: no pmem'],
    subtests: [{ name: 'a' }],
  });
});

test('what stands before a failed result is its evidence, a YAML block behind it, too', () => {
  expect(
    parseTap('TAP version 13\n1..1\n# expected 1, got 2\nExpected x == y\nnot ok 1 a\n').subtests[0]?.evidence,
  ).toBe('# expected 1, got 2\nExpected x == y');
  expect(parseTap('TAP version 13\n1..1\nnot ok 1 a\n  ---\n  message: EIO\n  ...\n').subtests[0]?.evidence).toBe(
    '  message: EIO',
  );
});

test('a YAML block holds no results, and what only begins like one does', () => {
  expect(
    brief('TAP version 13\n1..2\nnot ok 1 a\n  ---\n  got: |\n    not ok 1 b\n  1..4\n  ...\nok 2 c\n'),
  ).toMatchObject({
    subtests: [
      ['a', 'fail', 'not ok'],
      ['c', 'pass'],
    ],
    problems: [],
  });
  expect(names('KTAP version 1\n1..2\nok 1 a\n  ---\n  KTAP version 1\n  1..1\n  not ok 1 b\nok 2 g\n')).toEqual([
    'a pass',
    'g/b fail',
  ]);
  expect(names('ok 1 a\n  ---\n  KTAP version 1\n  1..1\n  not ok 1 b\n')).toEqual(['a pass', 'unfinished/b fail']);
});

test('only a line feed ends a line', () => {
  const text = lines('1..3', 'not ok 1 a\u2028ok 2 b', 'not ok 2 c\rok 3 d', 'not ok 3 e\u0085f');
  expect(parseTap(text)).toMatchObject({
    problems: [],
    subtests: [{ status: 'fail' }, { status: 'fail' }, { status: 'fail' }],
  });
});

test.each([
  [
    'results that the plan promised are missing',
    'TAP version 13\n1..3\nok 1 a\n',
    '2 of 3 results are missing, the first is number 2',
  ],
  ['one in the middle is missing', '1..3\nok 1 a\nok 3 c\n', '1 of 3 results is missing, the first is number 2'],
  [
    'one in the middle is missing, and nothing was promised',
    'KTAP version 1\nok 1 a\nok 3 c\n',
    '1 of 3 results is missing, the first is number 2',
  ],
  [
    'there are more than the plan promised',
    'TAP version 13\n1..1\nok 1 a\nok 2 b\n',
    '1 result is beyond the plan 1..1',
  ],
  ['an empty plan is followed by results', '1..0 # SKIP no pmem\nok 1 a\n', '1 result is beyond the plan 1..0'],
  ['numbers repeat', 'TAP version 13\n1..2\nok 1 a\nok 2 b\nok 2 c\n', 'number 2 occurs more than once'],
  ['there is no plan in TAP', 'TAP version 13\nok 1 a\n', 'no plan: the output may have been cut short'],
  [
    'there is no plan in a group of TAP 14',
    'TAP version 14\n1..1\n# Subtest: g\n    ok 1 a\nok 1 - g\n',
    'g: no plan: the output may have been cut short',
  ],
  ['there are two plans', 'TAP version 13\n1..2\n1..2\nok 1 a\nok 2 b\n', 'more than one plan'],
  [
    'a group lost results',
    'KTAP version 1\n1..1\n    KTAP version 1\n    1..3\n    ok 1 x\nok 1 suite\n',
    'suite: 2 of 3 results are missing, the first is number 2',
  ],
  ['it bailed out', 'TAP version 13\n1..1\nok 1 a\nBail out! no device\n', 'Bail out! no device'],
  ['it ends after its version line', 'TAP version 13\n', 'neither a plan nor a result'],
  [
    'there are other words in strict TAP',
    'TAP version 13\npragma +strict\n1..1\nhello\nok 1 a\n',
    'strict TAP, yet there is "hello"',
  ],
])('a stream is broken when %s', (_rule, text, problem) => expect(parseTap(text).problems).toEqual([problem]));

test('comments are no other words in strict TAP', () => {
  expect(parseTap('TAP version 13\npragma +strict\n1..1\n# a remark\n#another\nok 1 a\n').problems).toEqual([]);
});

test('what is missing is said first', () => {
  expect(parseTap('1..5\nok 1 a\nok 2 b\nok 2 c\nBail out! no device\n')).toMatchObject({
    missingProblems: 1,
    problems: [
      '3 of 5 results are missing, the first is number 3',
      'Bail out! no device',
      'number 2 occurs more than once',
    ],
  });
});

test('KTAP needs no plan, in no order of numbers, and allows other words', () => {
  expect(parseTap('KTAP version 1\nok 1 a\nok 2 b\n').problems).toEqual([]);
  expect(parseTap('KTAP version 1\n1..3\nok 3 c\nrandom words\nok\nok 1 a\nok 2 b\n')).toMatchObject({
    problems: [],
    subtests: [{ name: 'c' }, { name: 'a' }, { name: 'b' }],
  });
});

test('names are made unique after all else', () => {
  const long = 'n'.repeat(900);
  const text = `TAP version 13\n1..5\nok 1 \u001B[32mgreen\u001B[0m\u0007\nok 2 ${long}a\nok 3 ${long}b\nok 4 a (2)\nok 5 green\n`;
  const all = parseTap(text).subtests.map(({ name }) => name);
  expect(all[0]).toBe('green');
  expect(all[1]).toHaveLength(200);
  expect(new Set(all).size).toBe(5);
  expect(brief('TAP version 13\n1..3\nok 1 a (2)\nok 2 a\nok 3 a\n').subtests.map(([name]) => name)).toEqual([
    'a (2)',
    'a',
    'a (3)',
  ]);
});

test('a directive at the end of a very long line counts', () => {
  expect(brief(`1..1\nok 1 ${'n'.repeat(5000)} # SKIP no pmem\n`).subtests).toEqual([
    [expect.any(String), 'skip', 'no pmem'],
  ]);
});

test('a line that is longer than any result is cut, and that is a problem', () => {
  expect(parseTap(`1..1\nok 1 ${'n'.repeat(100_000)} # SKIP no pmem\n`).problems).toEqual([
    'a result line of more than 64 KiB was cut',
  ]);
  expect(names(`1..1\n${'n'.repeat(100_000)}\nok 1 a\n`)).toEqual(['a pass']);
});

test('thousands of results keep their order and names, though the kernel speaks in between', () => {
  const program = Array.from({ length: 5000 }, (_, index) => `ok ${index + 1} t${index % 4000}`);
  const kernel = [
    '[    1.1] KTAP version 1',
    '[    1.1] 1..1',
    '[    1.1]     KTAP version 1',
    '[    1.1]     not ok 1 zero',
  ];
  const text = lines(
    'TAP version 13',
    '1..5000',
    ...program.slice(0, 100),
    ...kernel,
    ...program.slice(100, 4900),
    '[    2.2] not ok 1 dax',
    ...program.slice(4900),
    '  ---',
    '  x: 1',
    '  ...',
  );
  const { subtests, problems } = parseTap(text);
  expect(problems).toEqual([]);
  expect(subtests).toHaveLength(5001);
  expect(new Set(subtests.map(({ name }) => name)).size).toBe(5001);
  expect([0, 99, 100, 101, 4001, 5000].map((index) => subtests[index]?.name)).toEqual([
    't0',
    't99',
    'dax/zero',
    't100',
    't0 (2)',
    't999 (2)',
  ]);
});

test('past the bound results are counted, and are a problem', () => {
  const text = [
    'TAP version 13',
    `1..${MAX_RESULTS + 2}`,
    ...Array.from({ length: MAX_RESULTS + 2 }, (_, index) => `not ok ${index + 1} t${index + 1}`),
    '',
  ].join('\n');
  const { subtests, problems } = parseTap(text);
  expect(subtests.length).toBeGreaterThan(MAX_RESULTS - 5);
  expect(problems).toEqual([expect.stringMatching(/^\d results \(\d of them failed\) were left out/)]);
});

test('results nested without end neither exhaust the stack nor pass', () => {
  const deep = Array.from(
    { length: 3000 },
    (_, level) => `${'    '.repeat(level)}# Subtest: g\n${'    '.repeat(level)}ok 1 x\n`,
  ).join('');
  const { subtests, problems } = parseTap(`TAP version 14\n${deep}1..1\n`);
  expect(subtests.length).toBeLessThan(100);
  expect(problems[0]).toMatch(/^\d+ results were left out/);
});

test.each([
  ['not ok, trying again\n', 'a line begins with "not ok" outside of any results: "not ok, trying again"'],
  ['not ok\nnot ok yet\n', '2 lines begin with "not ok" outside of any results: "not ok yet"'],
  ['[    1.1] not ok: dax0 is busy\n', 'a line begins with "not ok" outside of any results: "not ok: dax0 is busy"'],
  [
    'TAP version 13\n1..1\nok 1 a\n# not ok 7 b\n',
    'a line begins with "not ok" outside of any results: "# not ok 7 b"',
  ],
  [
    'KTAP version 1\n1..1\nok 1 a\n  not ok 7 b\n',
    'a line begins with "not ok" outside of any results: "  not ok 7 b"',
  ],
])('"not ok" never goes unnoticed: %j', (text, remark) => {
  const { subtests, remarks } = parseTap(text);
  expect(subtests.filter(({ status }) => status === 'fail')).toEqual([]);
  expect(remarks).toEqual([remark.replace('"  ', '"')]);
});

test.each(['', 'hello\n', '1.5 GB/s\n', 'ok\n', '# Subtest: of a README\n'])('%j holds no results', (text) => {
  expect(parseTap(text)).toMatchObject({ subtests: [], problems: [], remarks: [] });
});
