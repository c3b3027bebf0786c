import { expect, test } from 'vitest';
import { settlesWithin } from '../deferred.ts';
import { createConsole } from './console.ts';

const feed = (...chunks: string[]) => {
  const seen: string[] = [];
  const console = createConsole((line) => seen.push(line));
  for (const chunk of chunks) console.push(Buffer.from(chunk));
  return { console, seen };
};

test('the ready line counts however it is cut, and only whole', async () => {
  const { console } = feed('[    5.1] pmem', 'rig: rea');
  expect(await settlesWithin(console.ready, 10)).toBe(false);
  console.push(Buffer.from('dy\r\n'));
  await console.ready;
});

test("init's FATAL gives its sentence; the first one stays", async () => {
  const { console } = feed('[    2.0] pmemrig: FATAL: the kernel has no overlay file system.\r\npmemrig: FATAL: again\n');
  expect(await console.fatal).toBe('the kernel has no overlay file system.');
  expect(console.fatalSentence()).toBe('the kernel has no overlay file system.');
});

test('a panic is noticed when it begins', async () => {
  const { console } = feed('[    2.0] Kernel panic - not syncing: VFS\r\n');
  await console.panicked;
  expect(console.report()?.title).toBe('Kernel panic - not syncing: VFS');
});

test('memory is bounded, and the last lines are kept', () => {
  const { console, seen } = feed(Array.from({ length: 30_000 }, (_, index) => `line ${index}\n`).join(''));
  expect(seen).toHaveLength(30_000);
  expect(console.lastLines()).toHaveLength(25);
  expect(console.lastLines().at(-1)).toBe('line 29999');
});

test('problems are taken once, those of the boot first, and the fatal one explains a death', () => {
  const { console } = feed('[    1.0] BUG: Bad page state in process init  pfn:1\n[    5.0] pmemrig: ready\n');
  expect(console.takeProblems()).toMatchObject([{ kind: 'bad-page' }]);
  expect(console.takeProblems()).toEqual([]);
  console.push(Buffer.from('[    6.0] EXT4-fs error (device pmem0): ext4_lookup:1: inode #2: bad\n[    7.0] Kernel panic - not syncing: sysrq triggered crash\n[    8.0] EXT4-fs error (device pmem0): ext4_lookup:1: again\n'));
  expect(console.takeProblems().map(({ kind }) => kind)).toEqual(['ext4-error', 'panic', 'ext4-error']);
  expect(console.report()).toMatchObject({ kind: 'panic', fatal: true });
});
