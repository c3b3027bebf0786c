import { expect, test } from 'vitest';
import { runTool, tryTool } from './run-tool.ts';

test('a failure is a result, with both streams in its output', async () => {
  expect(await tryTool(['sh', '-c', 'echo out; echo err >&2; exit 3'])).toStrictEqual({
    ok: false,
    stdout: 'out',
    output: 'out\nerr',
  });
});

test('a missing program is named, and the remedy holds on every distribution', async () => {
  await expect(runTool(['no-such-program'])).rejects.toMatchObject({
    code: 'no-tool',
    message: 'The program no-such-program is not installed.',
    remedy: 'install no-such-program; `pmemrig doctor` prints the command for this host.',
  });
});

test("a failed tool's last words are in the error", async () => {
  await expect(runTool(['sh', '-c', 'echo broken >&2; exit 1'])).rejects.toThrow('broken');
});

test('a full disk is reported as such, whichever tool met it', async () => {
  await expect(
    runTool(['sh', '-c', 'echo "x: No space left on device" >&2; exit 1'], { cwd: '/tmp' }),
  ).rejects.toMatchObject({ code: 'disk-full' });
});

test("an abort ends the tool and rejects with the signal's reason", async () => {
  const controller = new AbortController();
  const reason = new Error('interrupted');
  setTimeout(() => controller.abort(reason), 100);
  await expect(runTool(['sleep', '30'], { signal: controller.signal })).rejects.toBe(reason);
});
