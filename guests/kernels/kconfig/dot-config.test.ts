import { expect, test } from 'vitest';
import { findUnmet, parseDotConfig } from './dot-config.ts';
import { parseFragment } from './fragment.ts';

const CONFIG = parseDotConfig(
  '#\n# Linux/x86 6.1.1 Kernel Configuration\n#\nCONFIG_A=y\nCONFIG_M=m\n# CONFIG_OFF is not ' +
    'set\nCONFIG_N=17\nCONFIG_X=0xC0\nCONFIG_S="a=b"\n',
);

test('what is set as asked for is met', () => {
  const wanted = parseFragment(
    'CONFIG_A=y\nCONFIG_M=m\n# CONFIG_OFF is not set\nCONFIG_N=17\nCONFIG_X=0xc0\nCONFIG_S="a=b"\n# CONFIG_UNKNOWN ' +
      'is not set',
    'f',
  );
  expect(findUnmet(wanted, CONFIG)).toStrictEqual([]);
});

test('a switch that has become a number is off at 0, and at no other number', () => {
  const wanted = parseFragment('# CONFIG_A is not set\n# CONFIG_B is not set', 'f');
  expect(findUnmet(wanted, parseDotConfig('CONFIG_A=0\nCONFIG_B=1\n')).map(({ name }) => name)).toStrictEqual(['B']);
});

test('what is off, absent, or has another value is not', () => {
  const wanted = parseFragment(
    '# CONFIG_A is not set\nCONFIG_M=y\nCONFIG_OFF=y\nCONFIG_N=18\nCONFIG_S="A=B"\nCONFIG_UNKNOWN=y',
    'f',
  );
  expect(findUnmet(wanted, CONFIG).map(({ name }) => name)).toStrictEqual(['A', 'M', 'OFF', 'N', 'S', 'UNKNOWN']);
});
