import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeError } from '../../model/errors.ts';
import { composeCommand } from './compose-command.ts';
import { present } from '../../model/present.ts';

let cwd: string;
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'pmemrig-compose-'));
  const program = (path: string, mode = 0o755) => writeFileSync(join(cwd, path), '#!/bin/sh\n', { mode });
  for (const folder of ['tests', 'both', 'plain', 'empty', 'test']) mkdirSync(join(cwd, folder));
  for (const path of [
    'repro.sh',
    'cut.scenario.mjs',
    '$HOME.sh',
    '~x.sh',
    'tests/repro.sh',
    'tests/test.sh',
    'both/run',
    'both/run.sh',
    'test/run',
  ])
    program(path);
  program('plain/run.sh', 0o644);
});

afterAll(() => rmSync(cwd, { recursive: true }));

/** With the scratch folder as DIR. */
function compose(command: readonly string[], upload?: string): unknown {
  try {
    return JSON.parse(JSON.stringify(composeCommand(command, { ...present({ upload }) }, cwd)).replaceAll(cwd, 'DIR'));
  } catch (error) {
    return describeError(error).replaceAll(cwd, 'DIR');
  }
}

test.each([
  ['a file travels', ['./repro.sh', '-v'], { upload: 'DIR/repro.sh', run: ['./repro.sh', '-v'] }],
  ['a file of a folder travels alone', ['tests/repro.sh'], { upload: 'DIR/tests/repro.sh', run: ['./repro.sh'] }],
  [
    'a folder travels whole, and its program runs',
    ['./tests', '-v'],
    { upload: 'DIR/tests', run: ['./test.sh', '-v'] },
  ],
  ['run.sh goes before run', ['both/'], { upload: 'DIR/both', run: ['./run.sh'] }],
  [
    'a bare word is a command of the guest, though a folder is called so',
    ['test', '-e', '/dev/pmem0'],
    { run: ['test', '-e', '/dev/pmem0'] },
  ],
  ['an absolute path that is not here is one of the guest', ['/opt/in-guest'], { run: ['/opt/in-guest'] }],
  ['a $ in a name is no variable', ['./$HOME.sh'], { upload: 'DIR/$$HOME.sh', run: ['./$HOME.sh'] }],
  ['a ~ in a name is no home', ['~x.sh'], { upload: 'DIR/~x.sh', run: ['./~x.sh'] }],
])('%s', (_rule, command, expected) => expect(compose(command)).toEqual({ name: 'command', ...expected }));

test('a scenario stays on this host, unless it is uploaded', () => {
  const scenario = { name: 'scenario', run: ['DIR/cut.scenario.mjs', '-v'] };
  expect(compose(['./cut.scenario.mjs', '-v'])).toEqual(scenario);
  expect(compose(['cut.scenario.mjs', '-v'])).toEqual(scenario);
  expect(compose(['gone.scenario.mjs'])).toBe(
    'gone.scenario.mjs: no such file\n  fix: name a scenario of this machine (docs/scenarios.md)',
  );
  expect(compose(['./run', 'x'], 'both')).toMatchObject({ name: 'command' });
});

test.each([
  [
    'is not there',
    './gone.sh',
    './gone.sh: no such file\n  fix: name a script, program or folder of this machine, or a command that is in the ' +
      'guest',
  ],
  [
    'begins with a $',
    '$GONE',
    '$GONE: no such file\n  fix: name a script, program or folder of this machine, or a command that is in the guest',
  ],
  [
    'is a folder without a program of a known name',
    './empty',
    './empty is a folder without run.sh, test.sh, run: which of its programs is to run?\n  fix: --upload ./empty -- ' +
      './PROGRAM, as it is called in that folder',
  ],
  [
    'is a folder whose program is not executable',
    './plain',
    'plain/run.sh is not executable\n  fix: chmod +x plain/run.sh',
  ],
])('what %s is refused with the way out', (_rule, word, message) => expect(compose([word])).toBe(message));

test.each([
  ['as it is called there', './repro.sh'],
  ['as it is called from here', './tests/repro.sh'],
])('with --upload a program of the folder can be named %s', (_how, word) => {
  expect(compose([word, 'x'], 'tests')).toEqual({ name: 'command', upload: 'DIR/tests', run: ['./repro.sh', 'x'] });
});

test("with --upload the guest's own commands stay what they are", () =>
  expect(compose(['make', 'check'], './tests')).toEqual({
    name: 'command',
    upload: 'DIR/tests',
    run: ['make', 'check'],
  }));

test('with --upload a program that the folder lacks is refused before anything boots', () => {
  expect(compose(['./gone.sh'], './tests')).toBe(
    './gone.sh: no such file in ./tests\n  fix: name the program as it is called in that folder',
  );
});
