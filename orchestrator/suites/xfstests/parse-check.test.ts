import { describe, expect, test } from 'vitest';
import { parseCheck } from './parse-check.ts';

const HEAD = `FSTYP         -- ext4
PLATFORM      -- Linux/x86_64 pmemrig 6.12.0
MKFS_OPTIONS  -- -b 4096 /dev/pmem1
MOUNT_OPTIONS -- -o acl,user_xattr,dax=always /dev/pmem1 /mnt/xfstests-scratch

`;

const parse = (...lines: readonly string[]) => parseCheck('generic/413', `${HEAD}${lines.join('\n')}\n`);

test('a pass is one that the harness lists as run and as passed', () => {
  expect(parse('generic/413        5s', 'Ran: generic/413', 'Passed all 1 tests', '')).toEqual({ kind: 'pass' });
  expect(parse('generic/413  5s ...  6s', 'Ran: generic/413', 'Passed all 1 tests')).toEqual({ kind: 'pass' });
});

test.each([
  ['on its own line', ['generic/413       [not run] mount does not support dax'], 'mount does not support dax'],
  ['after the last time', ['generic/413  5s ... [not run] no DAX'], 'no DAX'],
  ['over two lines', ['generic/413       [not run] one', 'two'], 'one two'],
  ['on a line of its own', ['generic/413', '[not run] no DAX'], 'no DAX'],
  [
    'behind what the harness said first',
    ['generic/413        _check_dmesg: something (see x)', '[not run] mount does not support dax'],
    'mount does not support dax',
  ],
  ['without a word', ['generic/413       [not run] '], 'no reason given'],
])('not run, with the reason %s', (_, lines, reason) => {
  expect(parse(...lines, 'Ran: generic/413', 'Not run: generic/413', 'Passed all 1 tests')).toEqual({
    kind: 'notrun',
    reason,
  });
});

test('a failure of which only the end was kept is a failure', () => {
  const verdict = parseCheck(
    'generic/413',
    '    +a\n    +b\nRan: generic/413\nFailures: generic/413\nFailed 1 of 1 tests\n',
  );
  expect(verdict).toEqual({ kind: 'fail', why: 'the harness counts it as failed', details: ['    +a', '    +b'] });
});

test('a test that dumps core and is then not run failed', () => {
  expect(
    parse(
      'generic/413        [dumped core]',
      '[not run] no DAX',
      'Ran: generic/413',
      'Not run: generic/413',
      'Passed all 1 tests',
    ),
  ).toEqual({ kind: 'fail', why: 'dumped core, and then was not run: no DAX', details: [] });
});

const fail = (...lines: readonly string[]) =>
  parse(...lines, 'Ran: generic/413', 'Failures: generic/413', 'Failed 1 of 1 tests');

describe('a failure says why', () => {
  test.each([
    ['generic/413       - output mismatch (see /r/generic/413.out.bad)', 'output mismatch'],
    [
      'generic/413       [failed, exit status 1]- output mismatch (see /r/generic/413.out.bad)',
      'failed, exit status 1; output mismatch',
    ],
    ['generic/413 5s ... [failed, exit status 139]', 'failed, exit status 139'],
    [
      'generic/413       _check_dmesg: something found in dmesg (see /r/generic/413.dmesg)',
      '_check_dmesg: something found in dmesg',
    ],
    ['generic/413       [dumped core]', 'dumped core'],
    ['generic/413       something new', 'something new'],
  ])('%s', (line, why) => expect(fail(line)).toMatchObject({ kind: 'fail', why }));

  test('with the difference as details, and the complaints of later lines', () => {
    const verdict = fail(
      'generic/413       - output mismatch (see x)',
      '    --- tests/generic/413.out',
      '    +++ x',
      '    @@ -1 +1 @@',
      '_check_generic_filesystem: filesystem on /dev/pmem0 is inconsistent',
      '(see /r/413.full for details)',
    );
    expect(verdict).toEqual({
      kind: 'fail',
      why: 'output mismatch; _check_generic_filesystem: filesystem on /dev/pmem0 is inconsistent',
      details: [
        '    --- tests/generic/413.out',
        '    +++ x',
        '    @@ -1 +1 @@',
        '_check_generic_filesystem: filesystem on /dev/pmem0 is inconsistent',
        '(see /r/413.full for details)',
      ],
    });
  });
});

describe('what the harness would have us take for a pass, or for nothing', () => {
  test.each([
    [
      'it was ended by a signal, and exits 0',
      ['generic/413', 'Ran: generic/413', 'Interrupted!', 'Passed all 1 tests'],
      'interrupted by a signal',
    ],
    ['the file is missing', ['generic/413 - no such test?'], "the test's file is not in the tree"],
    [
      'it takes a folder for a test, and passes it',
      ['generic/413        - no such test?', 'Passed all 0 tests'],
      'does not say that it ran the test',
    ],
    ['the test is unknown', ['generic/413 - unknown test, ignored', 'Passed all 0 tests'], 'does not know the test'],
    ['the test is expunged', ['generic/413        [expunged]', 'Passed all 0 tests'], 'expunged the test'],
    [
      'it stops before the test',
      ['our local _scratch_mkfs routine ...', 'check: failed to mkfs $SCRATCH_DEV using specified options'],
      'check: failed to mkfs $SCRATCH_DEV',
    ],
    ['another test ran', ['generic/4130        5s', 'Ran: generic/4130', 'Passed all 1 tests'], 'Passed all 1 tests'],
    ['it ends in mid-test', ['generic/413   '], 'ended in the middle of the test'],
    [
      'it ends in its summary, after a skip',
      ['generic/413        [not run] no DAX', 'Ran: generic/413', 'Not run: generic/413'],
      'ended in the middle of its summary',
    ],
    [
      'it ends in its summary, after a failure',
      ['generic/413        [failed, exit status 1]', 'Ran: generic/413'],
      'ended in the middle of its summary',
    ],
  ])('%s', (_, lines, why) =>
    expect(parse(...lines)).toMatchObject({ kind: 'none', why: expect.stringContaining(why) as string }),
  );
});

const held = (lines: readonly string[], counted: readonly string[] = ['failed ', 'notrun ']) =>
  parse(...lines, 'generic/428  ', '@state', 'held generic/428', ...counted);

describe('a harness that stands before the next test', () => {
  test('has passed a test by saying its time', () => {
    expect(held(['generic/413  5s'])).toEqual({ kind: 'pass' });
    expect(held(['generic/413  5s ...  6s', ''])).toEqual({ kind: 'pass' });
  });

  test.each([
    ['says the last time only', ['generic/413  5s ... ']],
    ['says nothing', ['generic/413  ']],
    ['complains', ['generic/413  _check_dmesg: something found in dmesg (see x)']],
  ])('has not where it %s', (_, lines) => expect(held(lines)).toMatchObject({ kind: 'none' }));

  test('has failed what it counts so, whatever it says', () => {
    expect(held(['generic/413  5s'], ['failed generic/413', 'notrun '])).toMatchObject({ kind: 'fail' });
    expect(held(['generic/413  - output mismatch (see x)', '    +a'], ['failed generic/413', 'notrun '])).toEqual({
      kind: 'fail',
      why: 'output mismatch',
      details: ['    +a'],
    });
    expect(held(['generic/413  5s'], ['failed generic/4130', 'notrun '])).toEqual({ kind: 'pass' });
  });

  test('has not run a test, with its reason, also one that ends no line', () => {
    const counted = ['failed ', 'notrun generic/400 generic/413'];
    expect(held(['generic/413  [not run] no DAX'], counted)).toEqual({ kind: 'notrun', reason: 'no DAX' });
    const glued = parse('generic/413  [not run] no DAXgeneric/428  ', '@state', 'held generic/428', ...counted);
    expect(glued).toEqual({ kind: 'notrun', reason: 'no DAX' });
  });

  test('has never come to a test that it does not know', () => {
    expect(held(['generic/413 - unknown test, ignored'])).toMatchObject({
      kind: 'none',
      why: expect.stringContaining('does not know the test') as string,
    });
  });
});

test('a test that was the last of several has their summary behind it', () => {
  expect(
    parse('generic/413  5s', 'Ran: generic/400 generic/413', 'Passed all 2 tests', '', '@state', 'ended 0'),
  ).toEqual({ kind: 'pass' });
});

test('no output at all is no result', () =>
  expect(parseCheck('generic/413', '')).toEqual({ kind: 'none', why: 'the harness said nothing' }));
