import { Command } from 'commander';
import { expect, test } from 'vitest';
import { refuseFlags } from './refuse-flags.ts';
import { refuseRepeats } from './refuse-repeats.ts';
import { collect, commaList } from './values.ts';

/** Parses words by a verb with flags of each kind. */
function parse(...words: string[]): Command {
  const program = new Command('x');
  const verb = program
    .command('once')
    .option('--size <size>', '', '1G')
    .option('-j, --jobs <n>', '', Number)
    .option('--filter <glob>', '', collect)
    .option('--pmem <kinds>', '', commaList)
    .option('--dry-run')
    .action(() => undefined);
  refuseRepeats(program);
  program.parse(['once', ...words], { from: 'user' });
  return verb;
}

test('a flag with one value is said once, whatever its spelling', () => {
  expect(() => parse('--size', '1G', '--size=2G')).toThrow(
    expect.objectContaining({ code: 'flag-twice', message: '--size is said twice: 1G and 2G' }),
  );
  expect(() => parse('-j', '1', '--jobs', '2')).toThrow('--jobs is said twice: 1 and 2');
});

test('lists and switches may be said again', () => {
  expect(
    parse(
      '--filter',
      'a',
      '--filter',
      'b',
      '--pmem',
      'x',
      '--pmem',
      'y',
      '--dry-run',
      '--dry-run',
      '--size',
      '2G',
    ).opts(),
  ).toMatchObject({ filter: ['a', 'b'], pmem: ['x', 'y'], size: '2G' });
});

test('flags that would change nothing are refused, defaults are none', () => {
  expect(() => refuseFlags(parse(), [], 'why')).not.toThrow();
  expect(() => refuseFlags(parse('--size', '2G'), ['size'], 'why')).not.toThrow();
  expect(() => refuseFlags(parse('--size', '2G', '--dry-run'), [], 'the matrix describes the guest')).toThrow(
    '--size and --dry-run change nothing here: the matrix describes the guest',
  );
});
