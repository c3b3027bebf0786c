import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createFlushLog } from './flush-log.ts';

const DEVICES = new Map([
  ['/g/pmem0.img', 0],
  ['/g/A', 1],
  ['/g/ü "x<y>/B', 2],
]);

/** What strace 6.1 printed of a process: of QEMU 7.2, or of one whose files have unusual names. */
function read(name: string) {
  const log = createFlushLog((path) => DEVICES.get(path));
  const lines = readFileSync(join(import.meta.dirname, 'testdata', `${name}.txt`), 'utf8')
    .trimEnd()
    .split('\n');
  const kinds = lines.map((line) => log.push(line).what);
  return { log, kinds };
}
const show = ({ log }: ReturnType<typeof read>) =>
  log.flushes().map(({ device, result, injected }) => `${device} ${result}${injected ? ' injected' : ''}`);

test('flushes of QEMU are read with their times, and stops of its threads are no flushes', () => {
  const read7 = read('qemu-7.2');
  expect(show(read7)).toEqual(['0 ok', '0 ok', '0 ok', '0 ok injected', '0 ok injected']);
  const [first] = read7.log.flushes();
  expect(first?.beganAtMs).toBeCloseTo(1796075080942.058, 2);
  expect((first?.endedAtMs ?? 0) - (first?.beganAtMs ?? 0)).toBeCloseTo(3.909, 2);
  expect(read7.kinds.filter((what) => what === 'stopped')).toHaveLength(18);
  expect([read7.log.begun, read7.log.injected]).toEqual([5, 2]);
});

test('a delayed flush is one flush, whatever other threads do meanwhile, and whatever its file is named', () => {
  const delayed = read('delayed');
  expect(show(delayed)).toEqual([1, 1, 2, 1, 1, 2].map((device) => `${device} ok injected`));
  const times = delayed.log.flushes().map(({ beganAtMs, endedAtMs }) => endedAtMs - beganAtMs);
  expect(Math.min(...times)).toBeGreaterThanOrEqual(200);
});

test('what the tracer let go of, and what ended with its process, has no result', () => {
  const detached = read('detached');
  expect(show(detached)).toEqual([]);
  expect(detached.log.begun).toBe(3);
  detached.log.cut();
  expect(show(detached)).toEqual(['1 unseen', '2 unseen', '1 unseen']);
  const killed = read('killed');
  killed.log.cut();
  expect(show(killed).toSorted()).toEqual(['1 unseen', '1 unseen', '2 unseen']);
});

test.each([
  ['no line of strace', 'strace: Process 12 attached'],
  ['a torn line', '8985  1796075080.942058 fsync(12</g/pmem0.img>'],
  ['another call', '8985  1796075080.942058 msync(0x7f, 4096, MS_SYNC) = 0 <0.1>'],
  ['no duration', '8985  1796075080.942058 fsync(12</g/pmem0.img>) = 0'],
  ['an end without a begin', '8985  1796075080.942058 <... fsync resumed>) = 0 <0.1>'],
  ['a file that nobody asked of', '8985  1796075080.942058 fsync(12</g/other>) = 0 <0.1>'],
])('%s is an error, and never "no flush"', (_what, line) => {
  expect(() => createFlushLog((path) => DEVICES.get(path)).push(line)).toThrow(
    /cannot be read|has not begun|not asked for/,
  );
});

test('an error is named as the guest gets it', () => {
  const log = createFlushLog((path) => DEVICES.get(path));
  log.push('8985  1.5 fsync(12</g/pmem0.img>) = -1 EIO (Input/output error) (INJECTED) <0.000058>');
  log.push('8985  1.6 fdatasync(12</g/pmem0.img>) = -1 ENOSPC (No space left on device) <0.000058>');
  expect(log.flushes().map(({ result, injected }) => [result, injected])).toEqual([
    ['EIO', true],
    ['ENOSPC', false],
  ]);
});
