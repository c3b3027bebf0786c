import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { findBaseline } from './judge/baseline.ts';
import { pinCommand, type PinOptions } from './pin.ts';

/** A folder with two runs, and what `pin` prints of it. */
function world() {
  const runs = mkdtempSync(join(tmpdir(), 'pmemrig-pin-'));
  for (const run of ['one', 'two']) {
    mkdirSync(join(runs, run));
    writeFileSync(join(runs, run, 'events.jsonl'), '');
  }
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  onTestFinished(() => write.mockRestore());
  return {
    runs,
    pin: async (run?: string, name?: string, options: PinOptions = {}) => {
      write.mockClear();
      await pinCommand(run, name, { runs, ...options });
      return write.mock.calls.map(([text]) => String(text)).join('');
    },
  };
}

test('a pin is moved only when that is said, and then says where it was', async () => {
  const { pin } = world();
  await pin('one', 'v1');
  await expect(pin('two', 'v1')).rejects.toMatchObject({ code: 'pin-taken', message: 'v1 is pinned to one already' });
  expect(await pin('one', 'v1')).toBe('one is pinned as v1\n');
  expect(await pin('two', 'v1', { force: true })).toBe('two is pinned as v1, which was one\n');
});

test.each(['last-green', 'latest', '../x', ''])('%j is no name for a pin', async (name) => {
  await expect(world().pin('one', name)).rejects.toMatchObject({ code: 'bad-pin' });
});

test('pins are listed and removed, also those whose run is gone', async () => {
  const { pin, runs } = world();
  await pin('one', 'a');
  await pin('two', 'b');
  rmSync(join(runs, 'two'), { recursive: true });
  expect(await pin(undefined, undefined, { list: true })).toBe('a  one\nb  two  (the run is gone)\n');
  await expect(findBaseline('pinned:b', runs, { matrix: 'm', startedAt: '', cells: [] })).rejects.toThrow(
    'the run that is pinned as "b", two, is gone',
  );
  expect(await pin(undefined, undefined, { remove: 'b' })).toBe('b is no pin any more; it was two\n');
  await expect(pin(undefined, undefined, { remove: 'bb' })).rejects.toMatchObject({ code: 'no-pin' });
  await expect(pin()).rejects.toMatchObject({ code: 'no-pin' });
});

test('that no run is pinned is said beside the list, which stays empty', async () => {
  const { pin } = world();
  const log = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  onTestFinished(() => log.mockRestore());
  expect(await pin(undefined, undefined, { list: true })).toBe('');
  expect(log.mock.calls.join('')).toBe('no run is pinned: pmemrig pin latest v6.12 pins one\n');
});
