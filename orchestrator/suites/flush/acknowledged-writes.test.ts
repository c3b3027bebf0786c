import { expect, test } from 'vitest';
import { InfraError } from '../../model/errors.ts';
import type { ExecOptions, ExecResult, Guest } from '../../model/guest.ts';
import { type RuleContext, StepFailed } from '../shared/rules/rule.ts';
import { startWriter, verifyWriter } from './acknowledged-writes.ts';

/** A guest whose one command prints what the test says, and ends as it says. */
function newGuest() {
  const started: { options: ExecOptions; resolve: (result: ExecResult) => void; reject: (error: Error) => void }[] = [];
  const exec = async (_: unknown, options: ExecOptions = {}): Promise<ExecResult> =>
    new Promise((resolve, reject) => void started.push({ options, resolve, reject }));
  const context = { guest: { exec } as unknown as Guest, note: () => undefined } as unknown as RuleContext;
  return {
    context,
    print: (text: string) => started[0]?.options.onOutput?.(Buffer.from(text), 'stdout'),
    resolve: (result: ExecResult) => started[0]?.resolve(result),
    reject: (error: Error) => started[0]?.reject(error),
  };
}

const verify = async (output: string) =>
  verifyWriter({ must: async () => output } as unknown as RuleContext, '/tool', { file: '/file', salt: 1, last: 3 });

test('the newest acknowledged block is known, also where a line comes in pieces', async () => {
  const { context, print, reject } = newGuest();
  const writer = startWriter(context, '/tool', '/file', 1);
  expect(writer.acknowledged()).toBe(-1);
  print('acked 0\nacked 1\nack');
  expect(writer.acknowledged()).toBe(1);
  print('ed 12\nacked 3');
  await writer.reached(12);
  expect(writer.acknowledged()).toBe(12);
  reject(new InfraError('the power is off', { code: 'guest-off' }));
  await expect(writer.gone).resolves.toBeUndefined();
});

test('a writer that ends by itself is a failed step', async () => {
  const { context, resolve } = newGuest();
  const writer = startWriter(context, '/tool', '/file', 1);
  const reached = writer.reached(5);
  resolve({ exitCode: 1, stderr: 'pmemcheck: fdatasync: Input/output error' } as ExecResult);
  await expect(reached).rejects.toThrow(StepFailed);
});

test('what is lost is counted, and a verification without an end proves nothing', async () => {
  expect(await verify('lost 1\nlost 2\nnewest 3\n')).toEqual({ lost: 2, newest: 3 });
  await expect(verify('lost 1\n')).rejects.toThrow(StepFailed);
});
