import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ExecResult } from '../../orchestrator/model/guest.ts';
import { setUpPmem } from './set-up.ts';

const fresh = readFileSync(join(import.meta.dirname, 'testdata/mixed-fresh-6.12.txt'), 'utf8');
const answer = (result: Partial<ExecResult>) => Promise.resolve({ exitCode: 0, signal: null, stdout: '', stderr: '', truncated: false, timedOut: false, durationMs: 1, ...result });
const expected = [{ device: { kind: 'nvdimm', sizeBytes: 258 * 2 ** 20, namespace: 'fsdax', labelSizeBytes: 2 ** 21 }, at: { address: 0x144200000 } }] as const;
const stall = (reason: string) => Promise.reject(new Error(`stall: ${reason}`));

test('a namespace that hangs in the kernel is a stall of the guest, not a fault of the host', async () => {
  const reshaped: string[] = [];
  const exec = (command: string) => {
    if (!command.includes('ndctl create-namespace')) return answer({ stdout: fresh });
    reshaped.push(command);
    return answer({ exitCode: null, signal: 'SIGKILL', timedOut: true });
  };
  await expect(setUpPmem(exec, expected, { timeoutMs: 30_000, stall })).rejects.toThrow('stall: setting up the pmem did not end within 30 s (slot "setup")');
  expect(reshaped).toHaveLength(1);
});

test('an account that cannot be read is the fault of the rig or its image', async () => {
  await expect(setUpPmem(() => answer({ stdout: '--- ndctl\nnonsense' }), expected, { timeoutMs: 1, stall })).rejects.toMatchObject({ name: 'InfraError', code: 'pmem-setup' });
});
