import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { fakeBzImage } from '../../guests/kernels/testing/fake-bzimage.ts';
import { takeKernelOperand } from './kernel-operand.ts';

const dir = mkdtempSync(join(tmpdir(), 'pmemrig-operand-'));
afterAll(() => rmSync(dir, { recursive: true }));
mkdirSync(join(dir, 'linux'));
mkdirSync(join(dir, 'repro'));
for (const [name, content] of [['linux/Kconfig', ''], ['bzImage', fakeBzImage('6.9.0 #1')], ['a.deb', ''], ['run.sh', '#!/bin/sh\n']] as const) writeFileSync(join(dir, name), content);

test.each(['linux', 'bzImage', 'a.deb'])('%s is a kernel, with or without a command behind --', (name) => {
  expect(takeKernelOperand([name], ['once', name], dir)).toEqual({ kernel: name, command: [] });
  expect(takeKernelOperand([name, './run.sh', '-x'], ['once', name, '--', './run.sh', '-x'], dir)).toEqual({ kernel: name, command: ['./run.sh', '-x'] });
});

test('a command is none, nor is a kernel behind --', () => {
  for (const words of [['./run.sh'], ['repro'], ['true'], ['linux', 'bzImage']]) expect(takeKernelOperand(words, ['once', ...words], dir)).toEqual({ command: words });
  expect(takeKernelOperand(['linux'], ['once', '--', 'linux'], dir)).toEqual({ command: ['linux'] });
});
