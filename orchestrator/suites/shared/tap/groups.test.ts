import { expect, test } from 'vitest';
import { parseTap } from './reader.ts';

const brief = (...all: readonly string[]) => {
  const { subtests, problems } = parseTap(`${all.join('\n')}\n`);
  return {
    subtests: subtests.map(({ name, status, message }) => [name, status, ...(message === undefined ? [] : [message])]),
    problems,
  };
};

test('a group is named by its name alone', () => {
  expect(
    brief(
      'KTAP version 1',
      '1..1',
      '    KTAP version 1',
      '    1..1',
      '    not ok 1 zero # 3 us',
      'not ok 1 dax # 12 ms',
    ).subtests,
  ).toEqual([['dax/zero', 'fail', 'not ok: 3 us']]);
});

test('of nested results the leaves are reported under the name of their group', () => {
  expect(
    brief(
      'KTAP version 1',
      '1..1',
      '    KTAP version 1',
      '    # Subtest: dax',
      '    1..2',
      '    ok 1 fault',
      '    not ok 2 zero',
      'not ok 1 dax',
    ).subtests,
  ).toEqual([
    ['dax/fault', 'pass'],
    ['dax/zero', 'fail', 'not ok'],
  ]);
});

test.each([1, 2, 3, 4, 7])('an indent of %i blanks nests, three levels deep', (width) => {
  const [one, two] = [' '.repeat(width), ' '.repeat(2 * width)];
  expect(
    brief(
      'KTAP version 1',
      '1..2',
      `${one}KTAP version 1`,
      `${one}1..2`,
      `${two}KTAP version 1`,
      `${two}1..2`,
      `${two}ok 1 deep_1`,
      `${two}not ok 2 deep_2`,
      `${one}not ok 1 mid_3`,
      `${one}ok 2 mid_4 # SKIP none`,
      'not ok 1 top_1',
      'ok 2 top_2',
    ),
  ).toEqual({
    subtests: [
      ['top_1/mid_3/deep_1', 'pass'],
      ['top_1/mid_3/deep_2', 'fail', 'not ok'],
      ['top_1/mid_4', 'skip', 'none'],
      ['top_2', 'pass'],
    ],
    problems: [],
  });
});

test('blanks, tabs and "# " nest in one another', () => {
  expect(
    brief(
      'TAP version 13',
      '1..2',
      '# selftests: dax: x',
      '# TAP version 13',
      '# 1..1',
      '#   KTAP version 1',
      '#   1..1',
      '#   \tKTAP version 1',
      '#   \tok 1 leaf',
      '#   ok 1 inner',
      '# ok 1 outer',
      'ok 1 selftests: dax: x',
      '\tKTAP version 1',
      '\t1..1',
      '\t# TAP version 13',
      '\t# 1..1',
      '\t# # TAP version 13',
      '\t# # 1..1',
      '\t# # not ok 1 leaf',
      '\t# not ok 1 inner',
      '\tnot ok 1 outer',
      'not ok 2 tabs',
    ),
  ).toEqual({
    subtests: [
      ['selftests: dax: x/outer/inner/leaf', 'pass'],
      ['tabs/outer/inner/leaf', 'fail', 'not ok'],
    ],
    problems: [],
  });
});

test('a parent that says ok does not hide a failed child', () => {
  expect(
    brief('KTAP version 1', '1..1', '  KTAP version 1', '  1..2', '  ok 1 maps', '  not ok 2 unmaps', 'ok 1 area')
      .subtests,
  ).toEqual([
    ['area/maps', 'pass'],
    ['area/unmaps', 'fail', 'not ok'],
  ]);
});

test("KUnit's parameterised tests have no plan, and none had one under TAP until Linux 6.1", () => {
  const six12 = [
    'KTAP version 1',
    '1..1',
    '    KTAP version 1',
    '    # Subtest: dax',
    '    1..1',
    '        KTAP version 1',
    '        # Subtest: zero',
    '        ok 1 4k',
    '        ok 2 2m',
    '    ok 1 zero',
    'ok 1 dax',
  ];
  const six1 = [
    'TAP version 14',
    '1..1',
    '    # Subtest: dax',
    '    1..1',
    '        # Subtest: zero',
    '        ok 1 4k',
    '        ok 2 2m',
    '    ok 1 - zero',
    'ok 1 - dax',
  ];
  const debugfs = six1.slice(2);
  for (const output of [six12, six1, debugfs])
    expect(brief(...output)).toEqual({
      subtests: [
        ['dax/zero/4k', 'pass'],
        ['dax/zero/2m', 'pass'],
      ],
      problems: [],
    });
});

test('TAP 14 nests by four blanks, with a header above or none, or in braces', () => {
  const expected = {
    subtests: [
      ['g/a', 'pass'],
      ['g/b', 'fail', 'not ok'],
      ['h', 'pass'],
    ],
    problems: [],
  };
  expect(
    brief(
      'TAP version 14',
      '1..2',
      '# Subtest: g',
      '    1..2',
      '    ok 1 - a',
      '    not ok 2 - b',
      'not ok 1 - g',
      'ok 2 - h',
    ),
  ).toEqual(expected);
  expect(
    brief(
      'TAP version 14',
      '# Subtest: g',
      '    ok 1 - a',
      '    not ok 2 - b',
      '    1..2',
      'not ok 1 - g',
      'ok 2 - h',
      '1..2',
    ),
  ).toEqual(expected);
  expect(
    brief('TAP version 14', '1..2', '    ok 1 - a', '    not ok 2 - b', '    1..2', 'not ok 1 - g', 'ok 2 - h'),
  ).toEqual(expected);
  expect(
    brief('TAP version 14', '1..2', 'not ok 1 - g {', '    1..2', '    ok 1 - a', '    not ok 2 - b', '}', 'ok 2 - h'),
  ).toEqual(expected);
});

test('in KTAP a first result at a deeper indent nests without a version line, too', () => {
  expect(brief('KTAP version 1', '1..1', '  not ok 1 a', '  ok 2 b', 'ok 1 g')).toEqual({
    subtests: [
      ['g/a', 'fail', 'not ok'],
      ['g/b', 'pass'],
    ],
    problems: [],
  });
});

test('indented words in a flat stream are no group', () => {
  expect(brief('TAP version 13', '1..2', 'ok 1 a', '  ok 1 of 3 devices', '  not ok 2 of 3', 'ok 2 b')).toEqual({
    subtests: [
      ['a', 'pass'],
      ['b', 'pass'],
    ],
    problems: [],
  });
});

test('comments that look like results are none, unless a version line or the runner of kselftest announced them', () => {
  expect(brief('TAP version 13', '1..1', '# 1..3', '# ok 1 a', '# Bail out! not really', 'ok 1 b')).toEqual({
    subtests: [['b', 'pass']],
    problems: [],
  });
  expect(
    brief('TAP version 13', '1..1', '# selftests: dax: x', '# 1..1', '# ok 1 a', 'ok 1 selftests: dax: x'),
  ).toEqual({ subtests: [['selftests: dax: x/a', 'pass']], problems: [] });
});

test('several streams of one program belong to its result', () => {
  expect(
    brief(
      'TAP version 13',
      '1..1',
      '# selftests: mm: all',
      '# TAP version 13',
      '# 1..1',
      '# ok 1 a',
      '# TAP version 13',
      '# 1..1',
      '# not ok 1 b',
      'not ok 1 selftests: mm: all # exit=1',
    ),
  ).toEqual({
    subtests: [
      ['selftests: mm: all/a', 'pass'],
      ['selftests: mm: all/b', 'fail', 'not ok'],
    ],
    problems: [],
  });
});

test('a group that fails though its leaves passed is reported itself', () => {
  expect(
    brief('TAP version 13', '1..1', '# TAP version 13', '# 1..1', '# ok 1 inner', 'not ok 1 map.sh # exit=139')
      .subtests,
  ).toEqual([
    ['map.sh/inner', 'pass'],
    ['map.sh', 'fail', 'not ok: exit=139'],
  ]);
});

test.each([
  ['a timeout', ['not ok 1 inner'], 'not ok 1 x # TIMEOUT 45 seconds', ['x', 'fail', 'not ok: TIMEOUT 45 seconds']],
  ['a signal', ['not ok 1 inner'], 'not ok 1 x # exit=139', ['x', 'fail', 'not ok: exit=139']],
  ['a skip of the rest', ['ok 1 inner'], 'ok 1 x # SKIP no more devices', ['x', 'skip', 'no more devices']],
  [
    'an unexpected pass',
    ['ok 1 inner'],
    'ok 1 x # XPASS fixed',
    ['x', 'pass', 'passed, though it was expected to fail: fixed'],
  ],
])('what a group says beyond its leaves is reported: %s', (_what, inner, result, expected) => {
  expect(
    brief(
      'TAP version 13',
      '1..1',
      '# TAP version 13',
      '# 1..1',
      ...inner.map((line) => `# ${line}`),
      result,
    ).subtests.at(-1),
  ).toEqual(expected);
});

test('why a group failed is kept with what failed in it', () => {
  const { subtests } = parseTap(
    'KTAP version 1\n1..1\n  KTAP version 1\n  1..1\n  not ok 1 a\nnot ok 1 g # 2 bytes differ\n',
  );
  expect(subtests).toEqual([{ name: 'g/a', status: 'fail', message: 'not ok', evidence: 'g: not ok: 2 bytes differ' }]);
});

test('failures in a group that is skipped or expected to fail are failures, as to other readers', () => {
  expect(
    brief(
      'TAP version 14',
      '1..1',
      '# Subtest: g',
      '    1..2',
      '    ok 1 a',
      '    not ok 2 b',
      'not ok 1 - g # TODO later',
    ),
  ).toEqual({
    subtests: [
      ['g/a', 'pass'],
      ['g/b', 'fail', 'not ok'],
      ['g', 'skip', 'expected to fail: later'],
    ],
    problems: [],
  });
  expect(
    brief('KTAP version 1', '1..1', '  KTAP version 1', '  1..1', '  not ok 1 a', 'ok 1 g # SKIP why').subtests,
  ).toEqual([
    ['g/a', 'fail', 'not ok'],
    ['g', 'skip', 'why'],
  ]);
});

test.each([
  [
    'the plan of the program',
    ['# TAP version 13', '# 1..0 # SKIP no pmem device'],
    'ok 1 selftests: dax: x # SKIP',
    'no pmem device',
  ],
  [
    'the plan, without a version line',
    ['# 1..0 # SKIP no pmem device'],
    'ok 1 selftests: dax: x # SKIP',
    'no pmem device',
  ],
  [
    'the plan, of a program that exits 0',
    ['# TAP version 13', '# 1..0 # SKIP no pmem device'],
    'ok 1 selftests: dax: x',
    'no pmem device',
  ],
  ['its last words', ['# SKIP: no pmem device'], 'ok 1 selftests: dax: x # SKIP', 'no pmem device'],
  [
    'the result and the plan',
    ['# TAP version 13', '# 1..0 # SKIP no pmem device'],
    'ok 1 selftests: dax: x # SKIP not here',
    'not here; no pmem device',
  ],
  ['nothing', [], 'ok 1 selftests: dax: x # SKIP', 'skipped without a reason'],
])('the reason of a skip is found in %s', (_place, output, result, reason) => {
  expect(brief('TAP version 13', '1..1', '# timeout set to 45', '# selftests: dax: x', ...output, result)).toEqual({
    subtests: [['selftests: dax: x', 'skip', reason]],
    problems: [],
  });
});

test('a plan that skips is reported with a failure, too', () => {
  expect(
    brief(
      'TAP version 13',
      '1..1',
      '# selftests: d: x',
      '# TAP version 13',
      '# 1..0 # SKIP no pmem',
      'not ok 1 selftests: d: x # exit=1',
    ).subtests,
  ).toEqual([['selftests: d: x', 'fail', 'not ok: exit=1; skipped: no pmem']]);
});

test('a program that skips its rest lacks nothing', () => {
  expect(
    brief(
      'TAP version 13',
      '1..1',
      '# TAP version 13',
      '# 1..5',
      '# ok 1 a',
      '# ok 2 # SKIP no huge pages',
      'ok 1 x # SKIP',
    ),
  ).toEqual({
    subtests: [
      ['x/a', 'pass'],
      ['x/no huge pages', 'skip', 'no huge pages'],
    ],
    problems: [],
  });
  expect(brief('TAP version 13', '1..1', '# TAP version 13', '# 1..5', '# ok 1 a', 'ok 1 x # SKIP').problems).toEqual([
    'x: 4 of 5 results are missing, the first is number 2',
  ]);
});

test('a bail-out is that of its level', () => {
  expect(
    brief(
      'TAP version 13',
      '1..2',
      '# selftests: d: a',
      '# TAP version 13',
      '# 1..3',
      '# ok 1 x',
      '# Bail out! no memory',
      'not ok 1 selftests: d: a # exit=1',
      'ok 2 selftests: d: b',
    ),
  ).toEqual({
    subtests: [
      ['selftests: d: a/x', 'pass'],
      [
        'selftests: d: a',
        'fail',
        'not ok: exit=1; 2 of 3 results are missing, the first is number 2; Bail out! no memory',
      ],
      ['selftests: d: b', 'pass'],
    ],
    problems: [],
  });
});

test('a group that says ok and lost results fails', () => {
  expect(brief('KTAP version 1', '1..1', '  KTAP version 1', '  1..3', '  ok 1 x', 'ok 1 g')).toEqual({
    subtests: [
      ['g/x', 'pass'],
      ['g', 'fail', '2 of 3 results are missing, the first is number 2'],
    ],
    problems: ['g: 2 of 3 results are missing, the first is number 2'],
  });
});

test('a group in which nothing ran is a skip', () => {
  expect(brief('KTAP version 1', '1..1', '  KTAP version 1', '  1..0', 'ok 1 g').subtests).toEqual([
    ['g', 'skip', 'no reason given'],
  ]);
  expect(brief('TAP version 14', '1..1', '  # Subtest: g', 'ok 1 - g').subtests).toEqual([
    ['g', 'skip', 'nothing ran in it: neither a plan nor a result'],
  ]);
  expect(
    brief('TAP version 13', '1..1', '# selftests: d: x', '# TAP version 13', '# it works', 'ok 1 selftests: d: x')
      .subtests,
  ).toEqual([['selftests: d: x', 'pass']]);
});

test('the leaves of a group that never ended are kept', () => {
  expect(
    brief(
      'TAP version 14',
      '1..2',
      'ok 1 z',
      '    # Subtest: dax',
      '    1..3',
      '    ok 1 fault',
      '    not ok 2 zero',
      '    Bail out! no device',
    ),
  ).toEqual({
    subtests: [
      ['z', 'pass'],
      ['dax/fault', 'pass'],
      ['dax/zero', 'fail', 'not ok'],
    ],
    problems: [
      '1 of 2 results is missing, the first is number 2',
      'the group "dax" has no result of its own',
      'dax: Bail out! no device',
    ],
  });
  expect(
    brief('TAP version 13', '1..2', '# selftests: dax: x', '# TAP version 13', '# 1..3', '# ok 1 map').subtests,
  ).toEqual([['selftests: dax: x/map', 'pass']]);
});

test('results whose head is lost keep their groups', () => {
  expect(brief('    ok 2 x', '    not ok 3 y', 'not ok 4 g').subtests.map(([name, status]) => [name, status])).toEqual([
    ['g/x', 'pass'],
    ['g/y', 'fail'],
    ['g', 'fail'],
  ]);
});

test('groups without version lines close from the inside out', () => {
  expect(
    brief('TAP version 14', '1..1', '    1..1', '        1..1', '        ok 1 - leaf', '    ok 1 - mid', 'ok 1 - top'),
  ).toEqual({ subtests: [['top/mid/leaf', 'pass']], problems: [] });
  expect(brief('    ok 1 leaf', '  ok 1 mid', 'ok 1 top')).toEqual({
    subtests: [['top/mid/leaf', 'pass']],
    problems: [],
  });
});

test('the name of a group is bounded like that of its result, and the two still belong together', () => {
  const long = 'g'.repeat(9000);
  const head = `KTAP version 1\n1..2\n    KTAP version 1\n    # Subtest: ${long}\n    1..1\n    not ok 1 a\n`;
  const whole = parseTap(`${head}not ok 1 ${long}\nok 2 b\n`);
  expect(whole.problems).toEqual([]);
  expect(whole.subtests.map(({ status }) => status)).toEqual(['fail', 'pass']);
  for (const problem of parseTap(head).problems) expect(problem.length).toBeLessThan(300);
});
