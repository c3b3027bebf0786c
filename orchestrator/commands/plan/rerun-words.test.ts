import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rerunMatrix, rerunWords } from './rerun-words.ts';

test.each([
  ['once --kernel x -- ./a.sh --filter y', 'pmemrig once --kernel x {filter} -- ./a.sh --filter y'],
  ['once --filter */fio --test=dax-* --kernel x', 'pmemrig once --kernel x {filter}'],
  ['once --filter=*/fio --test fio/a --group dax', 'pmemrig once --group dax {filter}'],
  ['once --watch --kernel x', 'pmemrig once --kernel x {filter}'],
  [
    'series a.mbox --base linux --mail reply.txt --retries 1 --runs /r',
    'pmemrig series a.mbox --base linux --retries 1 --runs /r {filter}',
  ],
  ['series a.mbox --mail --each --base linux --mail=reply.txt', 'pmemrig series a.mbox --each --base linux {filter}'],
  ['series a.mbox --base linux --mail', 'pmemrig series a.mbox --base linux {filter}'],
  // What stands behind it may be the matrix.
  ['series a.mbox --base linux --mail m.yaml --each', 'pmemrig series a.mbox --base linux m.yaml --each {filter}'],
  ['series a.mbox --base linux --mail=m.yml', 'pmemrig series a.mbox --base linux m.yml {filter}'],
  // Without it there would be no xfstests at all.
  ['once --test generic/413 --test=ext4/031', 'pmemrig once --test generic/413 --test=ext4/031 {filter}'],
])('%s → %s', (words, expected) => expect(rerunWords(words.split(' '))).toBe(expected));

test('what files of defaults said is written out, before the command', () => {
  const defaults = [
    { option: 'cpus', flag: '--cpus', text: '4', position: { file: 'f' } },
    { option: 'kernel', flag: '--kernel', text: '/my linux', position: { file: 'f' } },
  ];
  expect(rerunWords('once --fs xfs -- ./a.sh'.split(' '), defaults)).toBe(
    "pmemrig once --fs xfs --cpus 4 --kernel '/my linux' {filter} -- ./a.sh",
  );
});

test('a matrix is run again with the retries, the repeats and in the folder of runs that were named', () => {
  expect(rerunMatrix('my matrix.yaml', { retries: 0 })).toBe("pmemrig run 'my matrix.yaml' {filter}");
  expect(rerunMatrix('m.yaml', { retries: 2, runs: '/my runs' })).toBe(
    "pmemrig run m.yaml --retries 2 --runs '/my runs' {filter}",
  );
  expect(rerunMatrix('m.yaml', { repeat: 5 })).toBe('pmemrig run m.yaml --repeat 5 {filter}');
});

test('a shell reads back the very words, whatever they hold', () => {
  // No NUL can be in an argument, and what begins with a dash here would be a flag of the rig.
  const word = fc
    .string({ unit: 'binary', maxLength: 20 })
    .map((text) => `w${text.replaceAll(/[\0\uD800-\uDFFF]/g, '')}`);
  fc.assert(
    fc.property(fc.array(word, { maxLength: 8 }), fc.array(word, { maxLength: 4 }), (flags, command) => {
      const line = rerunWords(['once', ...flags, '--', ...command])
        .replace('{filter}', () => '--test x')
        .replace(/^pmemrig/, String.raw`printf '%s\0'`);
      const read = execFileSync('sh', ['-c', line], { encoding: 'utf8' }).split('\0').slice(0, -1);
      expect(read).toEqual(['once', ...flags, '--test', 'x', '--', ...command]);
    }),
    { numRuns: 50 },
  );
});
