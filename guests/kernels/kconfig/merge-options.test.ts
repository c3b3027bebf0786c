import { expect, test } from 'vitest';
import { parseFragment } from './fragment.ts';
import { composeConfig, mergeOptions } from './merge-options.ts';

test('the later fragment wins, and that is noted', () => {
  const { wanted, notes } = mergeOptions([
    parseFragment('CONFIG_A=y\nCONFIG_B=1', 'one'),
    parseFragment('CONFIG_B=2\nCONFIG_A=y', 'two'),
  ]);
  expect(wanted.map(({ name, value, origin }) => [name, value, origin.file])).toStrictEqual([
    ['A', 'y', 'one'],
    ['B', '2', 'two'],
  ]);
  expect(notes).toStrictEqual(['CONFIG_B=2 (two:1) overrides CONFIG_B=1 (one:2)']);
});

test('what one fragment requires does not become optional through another', () => {
  const [required, optional] = [
    parseFragment('CONFIG_A=y', 'one'),
    parseFragment('# if the kernel has it\nCONFIG_A=y', 'two'),
  ];
  expect(mergeOptions([required, optional]).wanted).toMatchObject([{ optional: false }]);
  expect(mergeOptions([optional, required]).wanted).toMatchObject([{ optional: false }]);
});

test('the base keeps what no fragment speaks of', () => {
  const base = '# a comment\nCONFIG_A=m\n# CONFIG_B is not set\nCONFIG_AB=y\n';
  expect(composeConfig(base, parseFragment('CONFIG_B=y\n# CONFIG_A is not set', 'f'))).toBe(
    '# a comment\nCONFIG_AB=y\nCONFIG_B=y\n# CONFIG_A is not set\n',
  );
});
