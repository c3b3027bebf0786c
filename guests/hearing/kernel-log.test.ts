import { expect, test } from 'vitest';
import { parseRecord } from './kernel-log.ts';

test.each([
  ['4,1234,5678901,-;EXT4-fs error', 1234, '[    5.678901] EXT4-fs error'],
  ['12,7,100000000,-;said by a program', 7, '[  100.000000] said by a program'],
  ['6,1,0,-,caller=T77;text', 1, '[    0.000000][   T77] text'],
  ['6,1,1,c,caller=C1,more=x;a;b', 1, '[    0.000001][    C1] a;b'],
  [String.raw`4,9,12000000,-;one\x0atwo`, 9, '[   12.000000] one\n[   12.000000] two'],
  [String.raw`4,9,12000000,-;\xe5\xad\x97`, 9, '[   12.000000] 字'],
])('%s reads as the console would show it', (line, sequence, text) =>
  expect(parseRecord(line)).toEqual({ sequence, text }),
);

test.each([' SUBSYSTEM=block', ' DEVICE=b254:0', '', 'cat: read error: Broken pipe', '4,x,1,-;a'])(
  '%j is no record',
  (line) => expect(parseRecord(line)).toBeUndefined(),
);
