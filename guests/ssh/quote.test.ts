import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { composeCommandLine } from './quote.ts';

/** As sshd runs it: by the login shell's `-c`. */
function run(line: string): string {
  return execFileSync('/bin/sh', ['-c', line], { encoding: 'utf8' });
}

test('the shell gives back any word as it was', () => {
  const word = fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\0', ''));
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 3 }), (words) => {
      expect(run(composeCommandLine(['printf', String.raw`%s\n`, ...words]))).toBe(`${words.join('\n')}\n`);
    }),
    { numRuns: 40 },
  );
});

test('environment and folder reach the command', () => {
  const line = composeCommandLine('echo "$A" "$B" "$PWD"', { env: { A: "q'q", B: '$HOME;' }, cwd: '/usr/bin' });
  expect(run(line)).toBe("q'q $HOME; /usr/bin\n");
});

test('in a folder that is not there the command does not run', () => {
  expect(() => run(composeCommandLine('echo ran', { cwd: '/nonexistent' }))).toThrow('/nonexistent');
});
