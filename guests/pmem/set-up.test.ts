import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ExecResult } from '../../orchestrator/model/guest.ts';
import { setUpPmem } from './set-up.ts';

const fresh = readFileSync(join(import.meta.dirname, 'testdata/mixed-fresh-6.12.txt'), 'utf8');
const answer = (result: Partial<ExecResult>) =>
  Promise.resolve({
    exitCode: 0,
    signal: null,
    stdout: '',
    stderr: '',
    truncated: false,
    timedOut: false,
    durationMs: 1,
    ...result,
  });
const expected = [
  {
    device: { kind: 'nvdimm', sizeBytes: 258 * 2 ** 20, namespace: 'fsdax', labelSizeBytes: 2 ** 21 },
    at: { address: 0x144200000 },
  },
] as const;
const oldNdctl = (command: string) =>
  answer(
    command === 'ndctl --version'
      ? { stdout: '59\n' }
      : { stdout: '--- ndctl\nnonsense', stderr: 'no bus', exitCode: 1 },
  );
const stall = (reason: string) => Promise.reject(new Error(`stall: ${reason}`));

test('a namespace that hangs in the kernel is a stall of the guest, not a fault of the host', async () => {
  const reshaped: string[] = [];
  const exec = (command: string) => {
    if (!command.includes('ndctl create-namespace')) return answer({ stdout: fresh });
    reshaped.push(command);
    return answer({ exitCode: null, signal: 'SIGKILL', timedOut: true });
  };
  await expect(setUpPmem(exec, expected, { timeoutMs: 30_000, stall })).rejects.toThrow(
    'stall: setting up the pmem did not end within 30 s (the limit for setting up)',
  );
  expect(reshaped).toHaveLength(1);
});

test('a namespace that may not be made anew is a problem where it is not as it was', async () => {
  const asked: string[] = [];
  const exec = (command: string) => {
    asked.push(command);
    return answer({ stdout: command.startsWith('dmesg') ? '' : fresh });
  };
  const found = await setUpPmem(exec, expected, { timeoutMs: 1, stall, mayMake: () => false });
  expect(found).toEqual({ devices: [], problems: ['device 1 (nvdimm 258M fsdax): namespace3.0 is raw, not fsdax'] });
  expect(asked.filter((command) => command.includes('create-namespace'))).toEqual([]);
});

test('a list that cannot be read is the fault of the rig or its image, and the words say whose list and what', async () => {
  await expect(setUpPmem(oldNdctl, expected, { timeoutMs: 1, stall })).rejects.toMatchObject({
    name: 'InfraError',
    code: 'pmem-setup',
    message: expect.stringMatching(
      /^what ndctl lists .* cannot be read \(exit status 1, ndctl 59, no bus\): .*nonsense/,
    ) as string,
  });
});

test('one namespace of an old ndctl spoils its own device alone, and the version is named', async () => {
  const two = [
    ...expected,
    { device: { kind: 'virtio-pmem', sizeBytes: 130 * 2 ** 20 }, at: { address: 0x154400000 } },
  ] as const;
  const ready = readFileSync(join(import.meta.dirname, 'testdata/mixed-ready-6.12.txt'), 'utf8');
  const region0 = ready.indexOf('"mode":"fsdax"');
  const exec = (command: string) =>
    answer({
      stdout:
        command === 'ndctl --version'
          ? '59\n'
          : command.startsWith('dmesg')
            ? ''
            : `${ready.slice(0, region0)}"mode":"memory"${ready.slice(region0 + 14)}`,
    });
  const { devices, problems } = await setUpPmem(exec, two, { timeoutMs: 1, stall });
  expect(devices.map(({ kind, path }) => [kind, path])).toEqual([['nvdimm', '/dev/pmem3']]);
  expect(problems).toEqual([
    'device 2 (virtio-pmem 130M): ndctl lists what the rig cannot read: namespace0.0: mode is "memory": expected one of "raw"|"fsdax"|"devdax"|"sector"',
    "the list is that of the guest's ndctl 59",
  ]);
});
