import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { buildGuestTool } from './build-guest-tool.ts';

function newContext() {
  const dir = mkdtempSync(join(tmpdir(), 'pmemrig-tool-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  return { dir, context: { cacheDir: join(dir, 'cache'), log: () => undefined } };
}

test('the program is static, is kept, and reports each call that it makes', async () => {
  const { dir, context } = newContext();
  const tool = await buildGuestTool(context);
  if (tool.kind !== 'built') throw new Error(tool.reason);
  expect(await buildGuestTool(context)).toEqual(tool);
  const file = join(dir, 'file');
  writeFileSync(file, Buffer.alloc(2 * 4096));
  const calls = execFileSync(tool.path, ['calls', 'fdatasync', file, '2', '3'], { encoding: 'utf8' });
  expect(calls.match(/^call \S+ [01] [012] \d+ \d+ ok$/gm)).toHaveLength(6);
  // Nobody acknowledged these blocks.
  const verified = execFileSync(tool.path, ['verify', file, '256', '7', '1'], { encoding: 'utf8' });
  expect(verified).toBe('lost 0\nlost 1\nnewest -1\n');
});

test('a writer that went rounds further than its last word has lost nothing, but a block of an earlier round is lost', async () => {
  const { dir, context } = newContext();
  const tool = await buildGuestTool(context);
  if (tool.kind !== 'built') throw new Error(tool.reason);
  const file = join(dir, 'file');
  const blocks = 4;
  const writer = spawn(tool.path, ['acknowledge', file, String(blocks), '7'], { stdio: ['ignore', 'pipe', 'ignore'] });
  for await (const chunk of writer.stdout) if (/^acked [3-9]\d$/m.test(String(chunk))) break;
  const closed = once(writer, 'exit');
  writer.kill('SIGKILL');
  await closed;
  const verify = (last: number) =>
    execFileSync(tool.path, ['verify', file, String(blocks), '7', String(last)], { encoding: 'utf8' });
  const newest = Number(/^newest (\d+)$/m.exec(verify(9))?.[1]);
  expect(newest).toBeGreaterThanOrEqual(30);
  expect([verify(9), verify(newest)]).toEqual([`newest ${newest}\n`, `newest ${newest}\n`]);
  expect(verify(newest + blocks)).toBe(
    [1, 2, 3, 4].map((ahead) => `lost ${newest + ahead}\n`).join('') + `newest ${newest}\n`,
  );
});

test('a host without a compiler has no program, and the reason says so', async () => {
  const { dir, context } = newContext();
  vi.stubEnv('PATH', dir);
  onTestFinished(() => void vi.unstubAllEnvs());
  writeFileSync(join(dir, 'gcc'), '#!/bin/sh\necho "cannot find -lc" >&2\nexit 1\n', { mode: 0o755 });
  expect(await buildGuestTool(context)).toEqual({
    kind: 'impossible',
    reason: expect.stringContaining('cannot find -lc') as string,
  });
});
