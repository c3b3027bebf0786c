import { expect, test } from 'vitest';
import { placeArgv, uploadTarget } from './place-program.ts';

const place = (upload: string | undefined, argv: readonly string[], isFolder = false) =>
  placeArgv({ kind: 'command', name: 'c', argv, timeoutSec: 1, ...(upload === undefined ? {} : { upload }) }, isFolder);

test.each([
  ['a file named from here', '/home/u/repro.sh', ['./repro.sh', '-v'], false, ['/root/pmemrig-command/repro.sh', '-v']],
  ['a file by its absolute path', '/home/u/repro.sh', ['/home/u/repro.sh'], false, ['/root/pmemrig-command/repro.sh']],
  ['a program of a folder', '/home/u/tests', ['./bin/run'], true, ['/root/pmemrig-command/bin/run']],
  [
    'a program of a folder by its absolute path',
    '/home/u/tests',
    ['/home/u/tests/run'],
    true,
    ['/root/pmemrig-command/run'],
  ],
  ["the guest's own program", '/home/u/tests', ['/bin/sh', './run'], true, ['/bin/sh', './run']],
  ["a program in the guest's PATH", '/home/u/tests', ['make', 'run'], true, ['make', 'run']],
])('%s', (_rule, upload, argv, isFolder, expected) => expect(place(upload, argv, isFolder)).toEqual(expected));

test('without an upload nothing is rewritten', () => expect(place(undefined, ['./x'])).toEqual(['./x']));

test('a file keeps its name, a folder becomes the working directory', () => {
  expect(uploadTarget('/home/u/repro.sh', false)).toBe('/root/pmemrig-command/repro.sh');
  expect(uploadTarget('/home/u/tests', true)).toBe('/root/pmemrig-command');
});
