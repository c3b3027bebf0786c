import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { fakeBzImage } from '../../../guests/kernels/testing/fake-bzimage.ts';
import { describeError, UserError } from '../../model/errors.ts';
import { takeKernelOperand } from './kernel-operand.ts';

const dir = mkdtempSync(join(tmpdir(), 'pmemrig-operand-'));
afterAll(() => rmSync(dir, { recursive: true }));
for (const folder of ['linux/scripts/kconfig', 'repro', 'driver']) mkdirSync(join(dir, folder), { recursive: true });
mkdirSync(join(dir, 'root/boot'), { recursive: true });
const zboot = Buffer.alloc(64);
zboot.write('MZ\0\0zimg');
for (const [name, content] of [
  ['linux/Kconfig', ''],
  ['linux/Makefile', ''],
  ['driver/Kconfig', ''],
  ['driver/Makefile', ''],
  ['bzImage', fakeBzImage('6.9.0 #1')],
  ['a.deb', ''],
  ['linux.tar.zst', ''],
  ['root/boot/vmlinuz-6.9.0', fakeBzImage('6.9.0 #1')],
  ['zboot.efi', zboot],
  ['run.sh', '#!/bin/sh\n'],
] as const)
  writeFileSync(join(dir, name), content);

const take = (line: string, kernel?: string) => {
  const typed = line.split(' ');
  return takeKernelOperand(
    typed.filter((word) => word !== '--'),
    { argv: ['once', ...typed], kernel },
    dir,
  );
};

function refusal(line: string, kernel?: string): string {
  try {
    return JSON.stringify(take(line, kernel));
  } catch (error) {
    return `${error instanceof UserError ? error.code : 'no user error'}: ${describeError(error)}`;
  }
}

test.each(['linux', 'bzImage', 'a.deb', 'linux.tar.zst', 'root', 'zboot.efi'])(
  '%s is a kernel, with or without a command behind --',
  (name) => {
    expect(take(name)).toEqual({ kernel: name, command: [] });
    expect(take(`${name} -- ./run.sh -x`)).toEqual({ kernel: name, command: ['./run.sh', '-x'] });
  },
);

test('a program of this machine is a command, whatever stands behind --', () => {
  expect(take('./run.sh')).toEqual({ command: ['./run.sh'] });
  expect(take('./repro')).toEqual({ command: ['./repro'] });
  // A driver's folder has both files, and is no kernel source.
  expect(take('./driver')).toEqual({ command: ['./driver'] });
  expect(take('run.sh fast -- -x')).toEqual({ command: ['run.sh', 'fast', '-x'] });
  expect(take('./run.sh', 'bookworm')).toEqual({ command: ['./run.sh'] });
});

test('a word behind -- is a command, also of the guest alone', () => {
  expect(take('-- linux')).toEqual({ command: ['linux'] });
  expect(take('-- /nosuch/program x')).toEqual({ command: ['/nosuch/program', 'x'] });
});

test.each([
  '/nosuch/linux',
  './linuz',
  '../nosuch',
  'nosuch/linux',
  'arch/x86/boot/bzImage',
  'bzimage',
  'run.sh/x',
  'repro',
])('%s is neither a kernel nor a program: no other kernel is booted for it', (word) => {
  expect(refusal(word)).toMatch(`no-kernel: ${word}: no such kernel or program\n  fix: check the path; `);
  expect(refusal(`${word} -- ./run.sh`)).toMatch(`no-kernel: ${word}: no such kernel or program\n`);
  expect(refusal(word, 'bookworm')).toBe(
    `no-kernel: ${word}: no such kernel or program\n  fix: pmemrig once … -- ${word} if it is a command of the guest`,
  );
});

test('a release without its flag is pointed to it', () => {
  expect(refusal('trixie')).toBe(
    'no-kernel: trixie: no such kernel or program\n  fix: check the path; --kernel trixie if it is a Debian release; pmemrig once … -- trixie if it is a command of the guest',
  );
});

test('a command beside a kernel that does not stand behind -- is pointed there, on either side of it', () => {
  const remedy = 'fix: pmemrig once linux … -- ./run.sh';
  expect(refusal('linux ./run.sh')).toBe(
    `no-dashes: the command beside the kernel linux does not stand behind --\n  ${remedy}`,
  );
  expect(refusal('./run.sh linux')).toMatch(remedy);
  expect(refusal('linux ./run.sh -- -x')).toMatch(`${remedy} -x`);
  expect(refusal('linux nosuch')).toMatch('fix: pmemrig once linux … -- nosuch');
});

test('a kernel beside --kernel is one too many', () => {
  expect(refusal('linux', 'bookworm')).toBe(
    'two-kernels: linux and --kernel bookworm are two kernels\n  fix: leave one of them out',
  );
});
