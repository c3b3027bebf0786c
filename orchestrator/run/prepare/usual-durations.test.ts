import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { JOURNAL_VERSION } from '../../model/event.ts';
import { fakeCell } from '../testing/fake-world.ts';
import { readUsualDurations, refineEstimates } from './usual-durations.ts';

let runs: string;
beforeEach(() => {
  runs = mkdtempSync(join(tmpdir(), 'pmemrig-usual-'));
});
afterEach(() => rmSync(runs, { recursive: true, force: true }));

const TCG = { accelerator: 'tcg' };
const passed = (seconds: number, more: Record<string, unknown> = {}) => ({
  type: 'test-end',
  cell: 'c',
  test: 'fio/a',
  attempt: 1,
  status: 'pass',
  durationMs: seconds * 1000,
  ...more,
});

function writeRun(
  day: number,
  events: readonly Record<string, unknown>[],
  { accelerator = 'tcg', v = JOURNAL_VERSION, tail = '' } = {},
): string {
  const dir = join(runs, `202603${String(day).padStart(2, '0')}-100000-smoke-abcd`);
  mkdirSync(dir);
  const lines = [{ type: 'run-start' }, { type: 'guest-boot', accelerator }, ...events].map((event) =>
    JSON.stringify({ v, t: '2026-03-01T10:00:00.000Z', ...event }),
  );
  writeFileSync(join(dir, 'events.jsonl'), `${lines.join('\n')}\n${tail}`);
  return dir;
}

const usualOf = async (testName = 'fio/a'): Promise<number | undefined> =>
  (await readUsualDurations(runs, TCG)).get('c')?.get(testName);

test('the usual time is the median of all passes', async () => {
  writeRun(1, [passed(10), passed(30, { attempt: 2 })]);
  writeRun(2, [passed(2)]);
  expect(await usualOf()).toBe(10);
  writeRun(3, [passed(20)]);
  expect(await usualOf()).toBe(15);
});

test('what did not pass, what was found inside a test, the rig’s own tests and another accelerator do not count', async () => {
  writeRun(1, [
    passed(10),
    passed(1, { status: 'fail' }),
    passed(1, { test: 'fio/a/1', parent: 'fio/a' }),
    passed(0, { test: 'guest/boot' }),
  ]);
  writeRun(2, [passed(1)], { accelerator: 'kvm' });
  const usual = await readUsualDurations(runs, TCG);
  expect([...(usual.get('c') ?? [])]).toEqual([['fio/a', 10]]);
});

test('only the newest twenty runs count, and a run counts once though "latest" names it too', async () => {
  for (let day = 1; day <= 10; day += 1) writeRun(day, [passed(100)]);
  let last = '';
  for (let day = 11; day <= 30; day += 1) last = writeRun(day, [passed(day)]);
  symlinkSync(last, join(runs, 'latest'));
  expect(await usualOf()).toBe(20.5);
});

test('a journal that was torn, is newer, is empty, or is none stands in nobody’s way', async () => {
  writeRun(1, [passed(10)], { tail: '{"v":3,"type":"test-end","cell":"c"' });
  writeRun(2, [passed(99)], { v: JOURNAL_VERSION + 1 });
  mkdirSync(join(runs, '20260303-100000-smoke-abcd'));
  mkdirSync(join(runs, '20260304-100000-smoke-abcd', 'events.jsonl'), { recursive: true });
  expect(await usualOf()).toBe(10);
  expect(await readUsualDurations('/nonexistent', TCG)).toEqual(new Map());
});

test('a plan takes the usual times for its estimates where they are known', () => {
  const cells = [fakeCell('c', ['fio/a', 'fio/b']), fakeCell('d', ['fio/a'])];
  const refined = refineEstimates({ cells, excluded: [] }, new Map([['c', new Map([['fio/a', 42]])]]));
  expect(
    refined.cells.map(({ tests }) =>
      tests.flatMap(({ name, estimateSec }) => (name.startsWith('fio/') ? [estimateSec] : [])),
    ),
  ).toEqual([[42, 1], [1]]);
});
