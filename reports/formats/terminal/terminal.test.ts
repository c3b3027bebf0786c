import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import { RunFold } from '../../fold/fold.ts';
import { JournalBuilder, makeCell, makeMixedRun } from '../../testing/make-journal.ts';
import { formatFinalReport } from './final-report.ts';
import { fitLine } from './fit-line.ts';
import { createTerminalReporter } from './create-reporter.ts';
import { createLiveReporter } from './live.ts';
import { renderFrame } from './live-frame.ts';
import { choosePalette, PLAIN } from './palette.ts';
import { createPlainReporter } from './plain.ts';
import { estimateSecondsLeft, shareDone } from './time-left.ts';
import { widthOf } from './width-of.ts';

const CELL = 'debian-6.12/nvdimm/ext4-dax/fio';

/** A TTY of that size as far as the reporters look at it. */
function fakeTty(columns: number, rows: number): { stream: NodeJS.WriteStream; text: () => string } {
  const chunks: string[] = [];
  const stream = Object.assign(new PassThrough(), { isTTY: true, columns, rows });
  stream.on('data', (chunk: Buffer) => chunks.push(chunk.toString()));
  return { stream: stream as unknown as NodeJS.WriteStream, text: () => chunks.join('') };
}

function foldOf(journal: JournalBuilder): RunFold {
  const fold = new RunFold();
  for (const event of journal.events) fold.apply(event);
  return fold;
}

describe('plain lines', () => {
  const journal = makeMixedRun();
  const written: string[] = [];
  const reporter = createPlainReporter((text) => written.push(text), '/runs/1', PLAIN);
  for (const event of journal.events) reporter.onEvent(event);
  reporter.close(journal.summarize());
  const text = written.join('');

  test('give each finished test one line', () => {
    expect(text).toContain(
      '✓ pass       2s  debian-6.1/nvdimm/ext4-dax/fio  fio/dax-mmap-randwrite  write 48.2k IOPS, write 197 MB/s, write p99 12.3 µs\n',
    );
    expect(text).toContain(
      '- skip       2s  debian-6.1/nvdimm/ext4-dax/fio  fio/dax-psync-fsync  fio has no libpmem here\n',
    );
  });

  test('put the evidence right below a failure', () => {
    expect(text).toContain(
      'fio/dax-mmap-randwrite  BUG: unable to handle page fault\n    │ [   12.345678] BUG: unable to handle page fault for address',
    );
  });

  test('call a pass after a failure flaky', () =>
    expect(text).toMatch(/≈ flaky .* fio\/dax-mmap-randwrite \(failed 1 of 2 attempts\)/));

  test('show stages and notes', () => {
    expect(text).toContain(
      '✓ kernel debian-6.12: linux-image-6.12.9+bpo-amd64 6.12.9-1~bpo12+1 (3.1s)\n· kernel debian-6.1: no network',
    );
  });

  test('end with the cells, the failures, the totals and where the reports are', () => {
    expect(text).toContain('✗ debian-6.12/virtio-pmem/xfs-dax/fio  1 crash, 1 unreached, 2 pass\n');
    expect(text).toContain(
      '? unreached debian-6.12/virtio-pmem/xfs-dax/fio  fio/dax-psync-fsync  guest 3 was lost (panic): Fatal exception\n',
    );
    expect(text).toContain('10 pass: 17 tests in 4 cells, 4 guests booted, 1m 19s\nreports: /runs/1/report.html');
  });

  test('hold no control bytes of a guest', () => {
    const out: string[] = [];
    const evil = createPlainReporter((line) => out.push(line), '/r', PLAIN);
    for (const event of new JournalBuilder().start([makeCell(CELL, ['fio/a'])]).test(CELL, 'fio/a', {
      status: 'fail',
      message: '\u{1b}[2J\u{7}x',
      evidence: '\u{1b}]0;title\u{7}\rspoof\u{9b}31m',
    }).events)
      evil.onEvent(event);
    // oxlint-disable-next-line no-control-regex -- what must not be there
    expect(out.join('')).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  });
});

describe('the final report', () => {
  test('of many cells lists only those where not all is well', () => {
    const ids = Array.from({ length: 100 }, (_, index) => `k${index}/nvdimm/ext4/fio`);
    const journal = new JournalBuilder().start(
      ids.map((id) => ({ ...makeCell(id, []), tests: [{ name: 'fio/a', estimateSec: 1 }] })),
    );
    for (const [index, id] of ids.entries())
      journal.test(id, 'fio/a', index === 7 ? { status: 'fail', message: 'no' } : { status: 'pass' });
    const lines = formatFinalReport(journal.summarize(), '/r');
    expect(lines.slice(1, 3)).toEqual(['✗ k7/nvdimm/ext4/fio  1 fail', '  … 99 more cells']);
  });
});

function report(journal: JournalBuilder): string {
  return formatFinalReport(journal.summarize(), '/r').join('\n');
}

describe('what is to be looked at', () => {
  const failure = {
    status: 'fail',
    message: 'no',
    evidence: Array.from({ length: 40 }, (_, index) => `line ${index}`).join('\n'),
    artifacts: ['cells/x/full', 'cells/x/out.bad'],
  } as const;

  test('shows the beginning of its evidence, where the whole lies, and the command for it alone', () => {
    const text = report(
      new JournalBuilder()
        .start([makeCell(CELL, ['fio/a', 'fio/b'])])
        .test(CELL, 'fio/a', failure)
        .test(CELL, 'fio/b', failure),
    );
    expect(text).toContain(`✗ fail      ${CELL}  fio/a  no\n    │ line 0\n`);
    expect(text).toContain(
      `    │ line 11\n    │ […]\n    whole: /r/cells/x/out.bad\n    again: pmemrig run matrices/smoke.yaml --filter ${CELL} --test fio/a\n`,
    );
    expect(text).toMatch(/again: {3}pmemrig run matrices\/smoke.yaml --filter \S+ --test fio\/a --test fio\/b|resume/);
  });

  test('the kernel’s own report is the whole of what it failed', () => {
    const journal = new JournalBuilder().start([makeCell(CELL, ['fio/a'])]);
    const problem = {
      kind: 'oops',
      title: 'Oops',
      signature: 'oops: x',
      lines: ['Oops'],
      truncated: false,
      fatal: false,
      blame: 'kernel',
    } as const;
    journal.add({
      type: 'problem',
      cell: CELL,
      guest: 1,
      test: 'fio/a',
      attempt: 1,
      during: 'test',
      file: 'cells/x/problems/1-1-oops.txt',
      problem,
    });
    expect(report(journal.test(CELL, 'fio/a', failure))).toContain('whole: /r/cells/x/problems/1-1-oops.txt');
  });

  test('tests that were not reached for one reason are reported once', () => {
    const journal = new JournalBuilder()
      .start([makeCell(CELL, ['fio/a', 'fio/b']), makeCell('k/nvdimm/none/fio', ['fio/a'])])
      .add({ type: 'run-end', reason: 'user', message: 'no Debian bookwrom' });
    expect(report(journal)).toMatch(
      /^\? unreached .*guest\/boot and 6 more {2}the run ended early: no Debian bookwrom$/m,
    );
  });

  test('a failure that a list knows is counted as such, and what was left out is reported with its reason', () => {
    const journal = new JournalBuilder().start(
      [makeCell(CELL, ['fio/a', 'fio/b'])],
      [
        { id: 'x/y', reason: 'no tree' },
        { id: 'x/z', reason: 'no tree' },
      ],
    );
    const text = report(
      journal
        .boot(CELL)
        .test(CELL, 'fio/a', { status: 'skip', forgiven: { by: 'list', reason: 'x' }, message: 'known failure: x' })
        .test(CELL, 'fio/b', { status: 'skip', message: 'x' })
        .add({ type: 'run-end', reason: 'finished' }),
    );
    expect(text).toContain('1 known, 1 skip');
    expect(text).toContain('- left out: 2 cells  no tree\nkernel debian-6.12: 6.12.9+bpo-amd64\n');
  });
});

function splatLines(name: string, tag: string): readonly string[] {
  return [`WARNING: ${name}`, ...Array.from({ length: 40 }, (_, index) => ` ${name} ${tag} ${index}`)];
}

function splat(
  journal: JournalBuilder,
  cell: string,
  name: string,
  { own, attempt = 1, splats = ['x'] }: { own?: string; attempt?: number; splats?: readonly string[] } = {},
): JournalBuilder {
  const texts = splats.map((signature) => splatLines(signature, `${cell} ${name} ${attempt}`));
  for (const [index, signature] of splats.entries())
    journal.add({
      type: 'problem',
      cell,
      guest: 1,
      test: name,
      attempt,
      during: 'test',
      problem: {
        kind: 'warning',
        title: signature,
        signature,
        lines: texts[index] ?? [],
        truncated: false,
        fatal: false,
        blame: 'kernel',
      },
    });
  return journal.test(
    cell,
    name,
    {
      status: 'fail',
      message: 'the kernel reported',
      evidence: [...(own === undefined ? [] : [own]), ...texts.flat()].join('\n'),
      artifacts: ['cells/x/problems/1.txt'],
    },
    { attempt },
  );
}

/** Failed tests, the heads of their evidence, and where else it is. */
function reportedIn(text: string): string[] {
  return stripVTControlCharacters(text)
    .split('\n')
    .filter((line) => /^✗.*fio\/|│ (WARNING|verify)|as in|whole:/.test(line))
    .map((line) => line.replace(/^✗ fail.*(fio\/\w).*$/, '$1').trim());
}

describe('a report of the kernel that comes again', () => {
  const OTHER = 'patched/nvdimm/ext4-dax/fio';

  const begun = (): JournalBuilder =>
    new JournalBuilder().start([CELL, OTHER].map((id) => makeCell(id, ['fio/a', 'fio/b', 'fio/c'])));
  const journal = splat(splat(splat(begun(), CELL, 'fio/a'), CELL, 'fio/a', { attempt: 2 }), CELL, 'fio/b', {
    own: 'verify failed',
    splats: ['x', 'y', 'x'],
  });
  splat(splat(journal, OTHER, 'fio/a', { splats: ['y'] }), OTHER, 'fio/b');

  const whileRunning = [
    'fio/a',
    '│ WARNING: x',
    'whole: /r/cells/x/problems/1.txt',
    'fio/a',
    'as in attempt 1',
    'fio/b',
    '│ verify failed',
    '│ WARNING: y',
    'as in fio/a',
    'whole: /r/cells/x/problems/1.txt',
    'fio/a',
    `as in fio/b of ${CELL}`,
    'fio/b',
    `as in fio/a of ${CELL}`,
  ];

  test('is printed once, and later named by the attempt where it was', () => {
    const out: string[] = [];
    const reporter = createPlainReporter((text) => out.push(text), '/r', PLAIN);
    for (const event of journal.events) reporter.onEvent(event);
    expect(reportedIn(out.join(''))).toEqual(whileRunning);
  });

  test('reads so on a terminal, too', () => {
    const tty = fakeTty(200, 50);
    const reporter = createLiveReporter(tty.stream, '/r', PLAIN, new RunFold(), () => 0);
    for (const event of journal.events) reporter.onEvent(event);
    expect(reportedIn(tty.text())).toEqual(whileRunning);
  });

  test('is in the final report once, and leaves the room to other failures', () => {
    const names = Array.from({ length: 9 }, (_, index) => `fio/${index}`);
    const run = new JournalBuilder().start([makeCell(CELL, [...names, 'fio/z'])]);
    for (const name of names) splat(run, CELL, name);
    const text = report(run.test(CELL, 'fio/z', { status: 'fail', message: 'no', evidence: 'of its own' }));
    expect(text.match(/WARNING: x/g)).toHaveLength(1);
    expect(text.match(/as in fio\/0$/gm)).toHaveLength(8);
    expect(text).toContain('    │ of its own');
  });

  test('that no reader has seen yet is printed', () => {
    const out: string[] = [];
    const reporter = createPlainReporter((text) => out.push(text), '/r', PLAIN);
    const [many, wide] = [
      Array.from({ length: 50 }, (_, index) => `line ${index}`),
      Array.from({ length: 15 }, () => 'x'.repeat(300)),
    ];
    for (const event of splat(
      splat(splat(begun(), CELL, 'fio/a', { own: many.join('\n') }), CELL, 'fio/b', { own: wide.join('\n') }),
      CELL,
      'fio/c',
    ).events)
      reporter.onEvent(event);
    expect(out.join('')).toContain('│ WARNING: x');
    expect(out.join('')).not.toContain('as in');
  });
});

describe('the live view', () => {
  const running = new JournalBuilder()
    .start([makeCell(CELL, ['fio/a', 'fio/b'])])
    .add({ type: 'cell-start', cell: CELL })
    .boot(CELL)
    .test(CELL, 'guest/boot', { status: 'pass' }, { durationMs: 10_000 })
    .test(CELL, 'guest/pmem', { status: 'skip', message: 'x' }, { durationMs: 10_000 })
    .add({ type: 'test-start', cell: CELL, test: 'fio/a', attempt: 1 });
  const nowMs = Date.parse(running.events.at(-1)?.t ?? '') + 5000;

  test('counts what a list knows by itself', () => {
    const journal = new JournalBuilder()
      .start([makeCell(CELL, ['fio/a', 'fio/b'])])
      .test(CELL, 'fio/a', { status: 'skip', forgiven: { by: 'list', reason: 'x' }, message: 'known failure: x' })
      .test(CELL, 'fio/b', { status: 'skip', message: 'x' });
    expect(renderFrame(foldOf(journal), nowMs, { width: 100, height: 24 }, PLAIN)[0]).toBe('- 1 known  - 1 skip  ');
  });

  test('shows what runs, counts and progress', () => {
    expect(renderFrame(foldOf(running), nowMs, { width: 100, height: 24 }, PLAIN)).toEqual([
      `▸ ${CELL}  fio/a  5s of about 10s`,
      '- 1 skip  ✓ 1 pass  ',
      '━━━━━━━━━━━━━━━───────── 62 %  2/4 tests, about 18s left',
    ]);
  });

  test('fits any terminal', () => {
    const ids = Array.from({ length: 30 }, (_, index) => `k${index}/nvdimm/ext4/fio`);
    const journal = new JournalBuilder().start(ids.map((id) => makeCell(id, [])));
    for (const cell of ids)
      journal
        .add({ type: 'cell-start', cell })
        .add({ type: 'test-start', cell, test: '日本語'.repeat(20), attempt: 1 });
    const fold = foldOf(journal);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 120 }), fc.integer({ min: 5, max: 60 }), (width, height) => {
        const frame = renderFrame(fold, nowMs, { width, height }, PLAIN);
        expect(frame.length).toBeLessThan(height);
        expect(frame.every((line) => stringWidth(line) <= width)).toBe(true);
      }),
    );
  });

  test('leaves failures above itself, with all their evidence, and the final report at the end', () => {
    const tty = fakeTty(120, 10);
    const journal = makeMixedRun();
    const reporter = createLiveReporter(tty.stream, '/runs/1', PLAIN, new RunFold(), () => nowMs);
    for (const event of journal.events) reporter.onEvent(event);
    reporter.close(journal.summarize());
    const text = stripVTControlCharacters(tty.text());
    expect(text).toContain(
      '✗ crash      2s  debian-6.12/virtio-pmem/xfs-dax/fio  fio/dax-mmap-randwrite  BUG: unable to handle page fault\n    │ [   12.345678]',
    );
    expect(text).not.toContain('✓ pass       2s');
    expect(text.trimEnd()).toMatch(/\nreports: \/runs\/1\/report\.html.*\nagain: {3}pmemrig .*\n {9}pmemrig .*$/);
  });
});

describe('a terminal without a usable size', () => {
  test.each([0, 1, 19])('of %d columns takes lines of any length', (columns) =>
    expect(widthOf({ isTTY: true, columns })).toBe(Infinity),
  );

  test('of any other width is kept to, and what is no terminal is not', () => {
    expect(widthOf({ isTTY: true, columns: 20 })).toBe(20);
    expect(widthOf({ isTTY: false, columns: 20 })).toBe(Infinity);
  });

  test.each([
    [0, 0],
    [0, 24],
    [1, 1],
  ])('shows each failure with its evidence (%d columns, %d rows)', (columns, rows) => {
    const tty = fakeTty(columns, rows);
    const journal = makeMixedRun();
    const reporter = createTerminalReporter({ stream: tty.stream, runDir: '/runs/1', env: { TERM: 'xterm' } });
    for (const event of journal.events) reporter.onEvent(event);
    reporter.close(journal.summarize());
    expect(stripVTControlCharacters(tty.text())).toContain(
      '✗ crash      2s  debian-6.12/virtio-pmem/xfs-dax/fio  fio/dax-mmap-randwrite  BUG: unable to handle page fault\n    │ [   12.345678]',
    );
  });

  test('loses none of it where the size goes while the run is shown', () => {
    const tty = fakeTty(120, 10);
    const journal = makeMixedRun();
    const reporter = createTerminalReporter({ stream: tty.stream, runDir: '/runs/1', env: { TERM: 'xterm' } });
    for (const [index, event] of journal.events.entries()) {
      if (index === 8) Object.assign(tty.stream, { columns: 0, rows: 0 });
      reporter.onEvent(event);
    }
    reporter.close(journal.summarize());
    expect(stripVTControlCharacters(tty.text())).toContain(
      'fio/dax-mmap-randwrite  BUG: unable to handle page fault\n    │ [   12.345678]',
    );
  });
});

const fit = (text: string, width: number) => fitLine([{ text }], width);

describe('a line', () => {
  test('is measured by what a terminal shows, and cut between whole characters', () => {
    expect(fit('e\u0301te\u0301', 3)).toBe('e\u0301te\u0301');
    expect(fit('日本語', 6)).toBe('日本語');
    expect(fit('日本語', 5)).toBe('日本…');
    expect(fit('a👩‍💻b', 3)).toBe('a…');
    expect(fit('a👩‍💻b', 4)).toBe('a👩‍💻b');
  });

  test('is cut with an ellipsis and never wider than asked', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' })), fc.nat(80), (texts, width) => {
        const line = fitLine(
          texts.map((text) => ({ text })),
          width,
        );
        expect(stringWidth(line)).toBeLessThanOrEqual(width);
        expect(stringWidth(texts.join('')) > width || line === texts.join('')).toBe(true);
      }),
    );
  });
});

describe('the time left', () => {
  test('follows the measured pace once there is one', () => {
    const slow = { totalSec: 1000, settledSec: 500, elapsedSec: 1000, running: [] };
    expect(estimateSecondsLeft(slow)).toBeCloseTo(980, -2);
    expect(estimateSecondsLeft({ ...slow, elapsedSec: 250 })).toBeCloseTo(260, -2);
  });

  test('starts from the plan, divided among what runs side by side', () => {
    const test = { estimateSec: 10, elapsedSec: 0 };
    expect(estimateSecondsLeft({ totalSec: 400, settledSec: 0, elapsedSec: 0, running: [test, test] })).toBe(200);
  });

  test('counts a test in flight, though never as more than it was to take', () => {
    expect(
      shareDone({ totalSec: 100, settledSec: 50, elapsedSec: 0, running: [{ estimateSec: 10, elapsedSec: 99 }] }),
    ).toBe(0.6);
  });
});

test('colours are for terminals alone', () => {
  const pipe = new PassThrough() as unknown as NodeJS.WriteStream;
  expect(choosePalette(pipe).outcome('fail', 'x')).toBe('x');
});
