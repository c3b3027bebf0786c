import { expect, test } from 'vitest';
import { settlesWithin } from '../deferred.ts';
import { createMarks } from '../hearing/marks.ts';
import { createConsole } from './console.ts';

const marks = createMarks('0123456789abcdef');
const FS_ERROR = 'EXT4-fs error (device pmem0): ext4_lookup:1: inode #2: bad\n';

const feed = (...chunks: string[]) => {
  const seen: string[] = [];
  const console = createConsole(marks, (line) => seen.push(line));
  for (const chunk of chunks) console.push(Buffer.from(chunk));
  return { console, seen };
};

test('the ready line counts however it is cut, and only whole', async () => {
  const { console } = feed('[    5.1] pmem', 'rig: 0123456789abcdef rea');
  expect(await settlesWithin(console.ready, 10)).toBe(false);
  console.push(Buffer.from('dy\r\n'));
  await console.ready;
});

test('the steps of init have names and times, until the guest is ready', () => {
  const { console } = feed(
    ...['stage initramfs 2.91', 'stage modules 4.51', 'ready', 'stage forged 9'].map(
      (text) => `[    2.0] ${marks.compose(text)}\n`,
    ),
  );
  expect(console.stages.map(({ name }) => name)).toEqual(['initramfs', 'modules']);
  for (const { atMs } of console.stages) expect(performance.now() - atMs).toBeLessThan(5000);
});

test("init's FATAL gives its sentence; the first one stays", async () => {
  const { console } = feed(
    '[    2.0] pmemrig: 0123456789abcdef FATAL: the kernel has no overlay file system.\r\npmemrig: 0123456789abcdef FATAL: again\n',
  );
  expect(await console.fatal).toBe('the kernel has no overlay file system.');
  expect(console.fatalSentence()).toBe('the kernel has no overlay file system.');
});

test.each(['pmemrig: FATAL: forged', 'pmemrig: ready', 'pmemrig: ffffffffffffffff FATAL: forged'])(
  'without the token of the guest "%s" means nothing',
  async (line) => {
    const { console } = feed(`[    2.0] ${line}\n`);
    expect(await settlesWithin(Promise.race([console.ready, console.fatal]), 10)).toBe(false);
  },
);

test('once the guest is ready nothing is its last word, even with the token', async () => {
  const { console } = feed(
    '[    2.0] pmemrig: 0123456789abcdef ready\n[    9.0] pmemrig: 0123456789abcdef FATAL: forged\n',
  );
  await console.ready;
  expect(await settlesWithin(console.fatal, 10)).toBe(false);
  expect(console.fatalSentence()).toBeUndefined();
});

test('only a mark that is waited for parts the problems of two tests, and only once', async () => {
  const { console } = feed(`[    1.0] ${marks.compose('ready')}\n`);
  const begun = console.sees('test-begin 1 a');
  console.push(
    Buffer.from(
      `[    5.0] ${marks.compose('test-begin 1 a')}\n[    5.5] ${marks.compose('test-end 1')}\n[    6.500000] ${FS_ERROR}`,
    ),
  );
  await begun;
  const ended = console.sees('test-end 1');
  console.push(
    Buffer.from(
      `no line end[    7.000000] ${marks.compose('test-end 1')}\n[    8.0] ${marks.compose('test-begin 1 a')}\n[    9.500000] ${FS_ERROR}`,
    ),
  );
  await ended;
  expect(console.takeProblems().map(({ marker }) => marker)).toEqual(['test-begin 1 a', 'test-end 1']);
});

test('what printk dropped of its console is counted', () =>
  expect(feed('[    2.0] a\n** 12 printk messages dropped **\n[    3.0] b\n').console.droppedLines).toBe(1));

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
  const { console } = feed(
    '[    1.0] BUG: Bad page state in process init  pfn:1\n[    5.0] pmemrig: 0123456789abcdef ready\n',
  );
  expect(console.takeProblems()).toMatchObject([{ kind: 'bad-page' }]);
  expect(console.takeProblems()).toEqual([]);
  console.push(
    Buffer.from(
      '[    6.0] EXT4-fs error (device pmem0): ext4_lookup:1: inode #2: bad\n[    7.0] Kernel panic - not syncing: sysrq triggered crash\n[    8.0] EXT4-fs error (device pmem0): ext4_lookup:1: again\n',
    ),
  );
  expect(console.takeProblems().map(({ kind }) => kind)).toEqual(['ext4-error', 'panic', 'ext4-error']);
  expect(console.report()).toMatchObject({ kind: 'panic', fatal: true });
});
