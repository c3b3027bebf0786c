import { expect, test } from 'vitest';
import { parseFragment } from './fragment.ts';

test('options come with the line that asks for them', () => {
  expect(
    parseFragment('# why\nCONFIG_SMP=y\n\n# CONFIG_SWAP is not set\nCONFIG_HZ_NAME="a b"\n', 'my.config'),
  ).toStrictEqual([
    { name: 'SMP', value: 'y', optional: false, origin: { file: 'my.config', line: 2 } },
    { name: 'SWAP', value: 'n', optional: false, origin: { file: 'my.config', line: 4 } },
    { name: 'HZ_NAME', value: '"a b"', optional: false, origin: { file: 'my.config', line: 5 } },
  ]);
});

test('`if the kernel has it` holds for the lines right below it', () => {
  const options = parseFragment(
    '# if the kernel has it: until 6.9\nCONFIG_A=y\nCONFIG_B=y\n\nCONFIG_C=y\n# if the kernel has it\n# another comment\nCONFIG_D=y',
    'f',
  );
  expect(options.map(({ name, optional }) => [name, optional])).toStrictEqual([
    ['A', true],
    ['B', true],
    ['C', false],
    ['D', false],
  ]);
});

test.each([
  ['CONFIG_SMP = y', 'this is no line of a kernel configuration: CONFIG_SMP = y'],
  ['SMP=y', 'this is no line of a kernel configuration: SMP=y'],
  ['CONFIG_SMP=yes', 'CONFIG_SMP cannot be yes.'],
  ['CONFIG_SMP=y # always', 'CONFIG_SMP cannot be y # always.'],
])('%s is refused with its line', (line, message) => {
  expect(() => parseFragment(`\n${line}`, 'f')).toThrow(
    expect.objectContaining({ message, code: 'bad-kconfig-fragment', position: { file: 'f', line: 2 } }),
  );
});

test('a fragment that contradicts itself is refused', () => {
  expect(() => parseFragment('CONFIG_A=y\n# CONFIG_A is not set', 'f')).toThrow(
    '# CONFIG_A is not set contradicts line 1: CONFIG_A=y.',
  );
});
