import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { composeOnce, type OnceOptions } from './compose-once.ts';
import { settleDefaults } from './settle-defaults.ts';

const position = { file: 'f' };
const OPTIONS: OnceOptions = {
  kernel: 'linux-source-6.1',
  image: 'bookworm',
  pmem: ['nvdimm'],
  size: '1G',
  cpus: 2,
  memory: '2G',
  config: ['+kasan'],
  base: 'defconfig',
  suite: ['lockdep'],
  defaults: [
    { option: 'kernel', flag: '--kernel', text: 'linux-source-6.1', position },
    { option: 'config', flag: '--config', text: '+kasan', position },
    { option: 'base', flag: '--base', text: 'defconfig', position },
    { option: 'suite', flag: '--suite', text: 'lockdep', position },
  ],
};

function settle(options: Partial<OnceOptions>, command: readonly string[] = [], cwd = '/') {
  const settled = settleDefaults({ ...OPTIONS, ...options }, command, cwd);
  return { settled, flags: settled.defaults?.map(({ flag }) => flag) };
}

test('what counts stays', () => {
  expect(settle({})).toEqual({ settled: OPTIONS, flags: ['--kernel', '--config', '--base', '--suite'] });
  const tree = mkdtempSync(join(tmpdir(), 'pmemrig-settle-'));
  mkdirSync(join(tree, 'scripts/kconfig'), { recursive: true });
  for (const name of ['Kconfig', 'Makefile']) writeFileSync(join(tree, name), '');
  expect(settle({ kernel: '.' }, [], tree).flags).toEqual(['--config', '--base', '--suite']);
});

test('a configuration is not for a kernel that is built already, typed or not', () => {
  const { settled, flags } = settle({ kernel: 'bookworm' });
  expect(flags).toEqual(['--suite']);
  expect(settled).not.toHaveProperty('config');
  expect(composeOnce(settled, [])).toMatchObject({ kernels: [{ debian: { release: 'bookworm' } }] });
  // What was typed is refused as ever.
  expect(() => composeOnce(settle({ kernel: 'bookworm', defaults: [] }).settled, [])).toThrow('--config says how');
});

test('suites are not for a run of which something else says what runs', () => {
  expect(settle({}, ['./repro.sh']).flags).toEqual(['--kernel', '--config', '--base']);
  expect(settle({ group: ['dax'] }).settled).not.toHaveProperty('suite');
  expect(settle({ test: ['fio/dax-*'] }).settled).not.toHaveProperty('suite');
  expect(settle({ test: ['dax-*'] }).settled).toHaveProperty('suite', ['lockdep']);
});
