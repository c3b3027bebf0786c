import { expect, test } from 'vitest';
import { isTap, parseTap } from './tap.ts';

const brief = (text: string) => {
  const { subtests, problems } = parseTap(text);
  return { subtests: subtests.map(({ name, status, message }) => [name, status, ...(message === undefined ? [] : [message])]), problems };
};

test.each(['TAP version 13\n', 'KTAP version 1\n', '\n1..3\n', 'setting up\nTAP version 13\n'])('%j begins a TAP stream', (text) => expect(isTap(text)).toBe(true));
test.each(['', 'ok\n', 'starting\n1..3\n', '1.5 GB/s\n'])('%j does not', (text) => expect(isTap(text)).toBe(false));

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

test('kselftest.h prints the name of a skipped test after the directive', () => {
  expect(brief('TAP version 13\n1..1\nok 1 # SKIP map_sync\n').subtests).toEqual([['map_sync', 'skip', 'map_sync']]);
});

test("KTAP's own directives are read: an expected failure is no pass", () => {
  expect(brief('KTAP version 1\n1..2\nok 1 a # XFAIL known\nnot ok 2 b # TIMEOUT 45 seconds\n').subtests).toEqual([
    ['a', 'skip', 'expected to fail: known'],
    ['b', 'fail', 'not ok: TIMEOUT 45 seconds'],
  ]);
});

test.each([
  ['not ok 1 gamma # always fails', ['gamma', 'fail', 'not ok: always fails']],
  ['ok 1 gamma # 12 ms', ['gamma', 'pass']],
  ['ok 1 - gamma # 12 ms', ['gamma', 'pass']],
  ['not ok 1 # got 3', ['test 1', 'fail', 'not ok: got 3']],
  ['not ok 1 gamma #', ['gamma', 'fail', 'not ok']],
  ['not ok 1 gamma # got 3 # want 4', ['gamma', 'fail', 'not ok: got 3 # want 4']],
  ['not ok 1 selftests: dax: x # exit=1', ['selftests: dax: x', 'fail', 'not ok: exit=1']],
  ['not ok 1 selftests: dax: x # TIMEOUT 45 seconds', ['selftests: dax: x', 'fail', 'not ok: TIMEOUT 45 seconds']],
  ['ok 1 selftests: dax: x # SKIP', ['selftests: dax: x', 'skip', 'skipped without a reason']],
  ['not ok 1 # error map_sync', ['map_sync', 'fail', 'not ok: error map_sync']],
  ['not ok 1 map # error: EIO', ['map', 'fail', 'not ok: error: EIO']],
  ['ok 1 gamma # 12 ms # SKIP no pmem', ['gamma', 'skip', 'no pmem']],
  ['not ok 1 gamma # it printed: ok 1 a # SKIP', ['gamma', 'fail', 'not ok: it printed: ok 1 a # SKIP']],
  ['ok 1 issue #12', ['issue #12', 'pass']],
  [String.raw`not ok 1 a \# b # why \# not`, ['a # b', 'fail', 'not ok: why # not']],
  [String.raw`ok 1 a \# SKIP b`, ['a # SKIP b', 'pass']],
  [String.raw`ok 1 a \\ # 12 ms`, ['a \\', 'pass']],
  [String.raw`ok 1 a \# b # SKIP no \#`, ['a # b', 'skip', 'no #']],
])('what follows " # " is no part of the name, unless it is escaped: %s', (line, expected) => {
  expect(brief(`KTAP version 1\n1..1\n${line}\n`)).toEqual({ subtests: [expected], problems: [] });
});

test('a group is named by its name alone', () => {
  const kunit = ['KTAP version 1', '1..1', '    KTAP version 1', '    1..1', '    not ok 1 zero # 3 us', 'not ok 1 dax # 12 ms', ''].join('\n');
  expect(brief(kunit).subtests).toEqual([['dax/zero', 'fail', 'not ok: 3 us']]);
});

test('of nested results the leaves are reported under the name of their group', () => {
  const kunit = ['KTAP version 1', '1..1', '    KTAP version 1', '    # Subtest: dax', '    1..2', '    ok 1 fault', '    not ok 2 zero', 'not ok 1 dax', ''].join('\n');
  expect(brief(kunit).subtests).toEqual([
    ['dax/fault', 'pass'],
    ['dax/zero', 'fail', 'not ok'],
  ]);
});

test("the lines that kselftest's runner prefixes with # are results, too", () => {
  const runner = ['TAP version 13', '1..1', '# selftests: dax: map.sh', '# TAP version 13', '# 1..1', '# ok 1 inner', 'ok 1 selftests: dax: map.sh', ''].join('\n');
  expect(brief(runner).subtests).toEqual([['selftests: dax: map.sh/inner', 'pass']]);
});

test('a group that fails though its leaves passed is reported itself', () => {
  const runner = ['TAP version 13', '1..1', '# TAP version 13', '# 1..1', '# ok 1 inner', 'not ok 1 map.sh # exit=139', ''].join('\n');
  expect(brief(runner).subtests).toEqual([
    ['map.sh/inner', 'pass'],
    ['map.sh', 'fail', 'not ok: exit=139'],
  ]);
});

test.each([
  ['results that the plan promised are missing', 'TAP version 13\n1..3\nok 1 a\n'],
  ['there is no plan', 'TAP version 13\nok 1 a\n'],
  ['a group lost results', 'KTAP version 1\n1..1\n    KTAP version 1\n    1..3\n    ok 1 x\nok 1 suite\n'],
  ['it bailed out', 'TAP version 13\n1..2\nok 1 a\nBail out! no device\n'],
])('a stream is broken when %s', (_rule, text) => expect(parseTap(text).problems).not.toEqual([]));

test('names are made unique', () => {
  expect(brief('TAP version 13\n1..2\nok 1 a\nok 2 a\n').subtests).toEqual([
    ['a', 'pass'],
    ['a (2)', 'pass'],
  ]);
});

test('an empty plan says why nothing ran', () => expect(parseTap('1..0 # SKIP no pmem\n').skipAll).toBe('no pmem'));

test('diagnostics before a failed result are its evidence', () => {
  expect(parseTap('TAP version 13\n1..1\n# expected 1, got 2\nnot ok 1 a\n').subtests[0]?.evidence).toContain('expected 1, got 2');
});

test('past 5,000 results the rest is counted, and breaks the plan', () => {
  const lines = Array.from({ length: 5003 }, (_, index) => `ok ${index + 1} t${index + 1}`);
  const { subtests, problems } = parseTap(['TAP version 13', '1..5003', ...lines, ''].join('\n'));
  expect(subtests).toHaveLength(5000);
  expect(problems).toEqual(['3 results were left out: 5000 are read at most, nested ten deep', 'incorrect number of tests']);
});

test('results nested without end neither exhaust the stack nor pass', () => {
  const deep = Array.from({ length: 3000 }, (_, level) => `${'    '.repeat(level)}# Subtest: g\n${'    '.repeat(level)}ok 1 x\n`).join('');
  const { subtests, problems } = parseTap(`TAP version 14\n${deep}1..1\n`);
  expect(subtests.length).toBeLessThan(30);
  expect(problems[0]).toMatch(/^\d+ results were left out/);
});

test('names hold no control characters or terminal codes, are cut at 200 characters, and stay unique', () => {
  const long = 'n'.repeat(900);
  const names = parseTap(`TAP version 13\n1..4\nok 1 \u001B[32mgreen\u001B[0m\u0007\nok 2 ${long}a\nok 3 ${long}b\nok 4 a (2)\n`).subtests.map(({ name }) => name);
  expect(names[0]).toBe('green');
  expect(names[1]).toHaveLength(200);
  expect(new Set(names).size).toBe(4);
  expect(brief('TAP version 13\n1..3\nok 1 a (2)\nok 2 a\nok 3 a\n').subtests.map(([name]) => name)).toEqual(['a (2)', 'a', 'a (3)']);
});

test('a hostile line costs no more than its length', () => {
  const start = performance.now();
  parseTap(`TAP version 13\n${`not ok 1 a${' '.repeat(990)}\n`.repeat(4000)}ok 2 ${'# '.repeat(1e6)}\n1..4001\n`);
  expect(performance.now() - start).toBeLessThan(5000);
});

test('the leaves of a group that never ended are kept', () => {
  expect(brief('TAP version 14\n1..2\nok 1 z\n    # Subtest: dax\n    1..3\n    ok 1 fault\n    not ok 2 zero\n')).toEqual({
    subtests: [
      ['z', 'pass'],
      ['dax/fault', 'pass'],
      ['dax/zero', 'fail', 'not ok'],
    ],
    problems: ['the group "dax" has no result of its own'],
  });
});

test('a stream that ends after its version line is broken, not skipped', () => {
  expect(parseTap('TAP version 13\n')).toEqual({ subtests: [], problems: ['neither a plan nor a result'] });
});
