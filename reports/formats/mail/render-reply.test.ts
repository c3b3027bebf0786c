import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TestResult } from '../../../orchestrator/model/outcome.ts';
import type { PatchSeries } from '../../../orchestrator/model/series.ts';
import { makeKernelsRun, type MadeKernels, SERIES, splat, STEPS } from '../../testing/make-series.ts';
import { compareSeries } from '../../verdicts/compare-series.ts';
import { renderTable } from './outcome-table.ts';
import { renderReply } from './render-reply.ts';
import { MAIL_WIDTH } from './wrap-text.ts';

const PASS: TestResult = { status: 'pass' };
const SPLAT = splat('lockdep-inconsistent-state: &vpmem->stats_lock', 'WARNING: inconsistent lock state', [
  '[   19.1][   T97] 6.1.176 #1 Not tainted',
  '[   19.1][   T97] inconsistent {HARDIRQ-ON-W} -> {IN-HARDIRQ-W} usage.',
  '[   19.1][   T97]   virtio_pmem_flush+0x52/0x2c0 (include/linux/spinlock.h:350, inlined at drivers/nvdimm/nd_virtio.c:90)',
]);
const FAIL = {
  result: { status: 'fail', message: `the kernel reported: ${SPLAT.title}`, evidence: SPLAT.lines.join('\n') } as const,
  problem: SPLAT,
};
const GOOD = {
  nvdimm: { 'lockdep/fsync-writers-4': PASS, 'lockdep/fault-storm': PASS },
  'virtio-pmem': { 'lockdep/fsync-writers-4': PASS, 'lockdep/fault-storm': PASS },
};
const BAD = { ...GOOD, 'virtio-pmem': { 'lockdep/fsync-writers-4': FAIL, 'lockdep/fault-storm': FAIL } };
const WARNING = {
  file: 'drivers/nvdimm/nd_virtio.c',
  line: 64,
  text: 'unused variable ‘stats_flags’ [-Wunused-variable]',
};

function reply(
  kernels: MadeKernels,
  {
    series = SERIES,
    stages = {},
  }: { readonly series?: PatchSeries; readonly stages?: Parameters<typeof makeKernelsRun>[1] } = {},
): string {
  const summary = makeKernelsRun(kernels, stages).summarize();
  return renderReply({
    summary,
    comparison: compareSeries(summary, 'base', STEPS),
    series,
    steps: STEPS,
    guest: 'QEMU, 2 CPUs, 2G of memory',
    devices: ['nvdimm: nvdimm 1G (fsdax)', 'virtio-pmem: virtio-pmem 1G'],
    untested: [
      {
        about: 'durability',
        what: 'whether data that fsync or msync has acknowledged is still there after a crash or a power cut',
      },
    ],
    command: 'pmemrig series fix.mbox --base linux@v6.1 --each',
  });
}

const broken = reply(
  { base: GOOD, 'patch-1': GOOD, patched: BAD },
  { stages: { stages: { base: [], 'patch-1': [], patched: [WARNING] } } },
);
const fine = reply({ base: GOOD, 'patch-1': GOOD, patched: GOOD });

describe('an answer to a series that breaks something', () => {
  test('goes to the author of the first bad patch, in its thread', () => {
    expect(broken).toMatch(
      /^Subject: Re: \[PATCH 2\/2\] nvdimm\/virtio_pmem: count flushes and their\n answers\nTo: Pat Writer <pat@example\.org>\nCc: pmem@example\.org,\n "Intainer, Max" <max@example\.org>\nIn-Reply-To: <patch-2\.20261124@example\.org>\nReferences: <cover\.20261124@example\.org>\n <patch-2\.20261124@example\.org>\n/,
    );
    expect(broken).toContain(
      '\n\nOn Tue, 24 Nov 2026, Pat Writer wrote:\n> [PATCH 2/2] nvdimm/virtio_pmem: count flushes and their answers\n',
    );
  });

  test('says in a paragraph what broke, where and by which patch', () => {
    expect(broken.split('\n\n')[2]?.replaceAll('\n', ' ')).toBe(
      'I ran tests with and without this series, patch by patch, in guests with emulated persistent memory. With it 2 tests of 4 are worse off, on virtio-pmem; the kernel says "WARNING: inconsistent lock state". The first bad patch is "[PATCH 2/2] nvdimm/virtio_pmem: count flushes and their answers". The compiler has 1 new warning.',
    );
  });

  test('has a table of what differs, and counts the rest', () => {
    expect(broken).toContain(
      `                                       base       patch 1    patch 2
virtio-pmem/ext4-dax/lockdep
  lockdep/fsync-writers-4              pass       pass       FAIL
  lockdep/fault-storm                  pass       pass       FAIL

2 other tests came out as with the base.`,
    );
  });

  test('shows one cause once, with the report as a maintainer reads it', () => {
    expect(broken.match(/inconsistent \{HARDIRQ/g)).toHaveLength(1);
    expect(broken).toContain(
      '  inconsistent {HARDIRQ-ON-W} -> {IN-HARDIRQ-W} usage.\n         virtio_pmem_flush+0x52/0x2c0 (drivers/nvdimm/nd_virtio.c:90)\n',
    );
  });

  test('names the new warning and its patch, and asks for the tag', () => {
    expect(broken).toContain(
      '  drivers/nvdimm/nd_virtio.c:64: unused variable ‘stats_flags’ [-Wunused-variable]\n    by [PATCH 2/2] nvdimm/virtio_pmem: count flushes and their answers\n',
    );
    expect(broken).toContain('\n  Reported-by: NAME <ADDRESS>\n  Closes: LINK TO THIS MAIL\n');
    expect(broken).not.toContain('Tested-by');
  });
});

test('what was not tested stands below what was run', () => {
  expect(fine).toContain(
    '\nNot tested:\n\n  durability: whether data that fsync or msync has acknowledged is still\n    there after a crash or a power cut\n\nTo see it yourself:\n',
  );
});

test('a single test is one', () => {
  const one = { nvdimm: { 'lockdep/fault-storm': PASS } };
  expect(reply({ base: one, patched: one }).replaceAll('\n', ' ')).toContain(
    'The one test came out as it does without it.',
  );
});

describe('an answer to a series that breaks nothing', () => {
  test('answers the cover letter with a tag alone on its line', () => {
    expect(fine).toContain('In-Reply-To: <cover.20261124@example.org>\n');
    expect(fine.replaceAll('\n', ' ')).toContain('All 4 tests came out as they do without it.');
    expect(fine).toMatch(/\n\nTested-by: NAME <ADDRESS>\n\n-- \nmade by pmemrig/);
    expect(fine).not.toContain('Reported-by');
  });

  test('shows nothing of the host but what matters', () => {
    expect(fine).not.toMatch(/\/home\/me|rig-1/);
    expect(fine).toMatch(/\n {2}host {6}TCG, without KVM; pmemrig /);
    expect(fine).toContain('6.1.176 from d21365ef4897 + 2 patches, tiny: guest,');
  });
});

test("the worker's own tests are explained, and what follows from a crash is not among those that are counted", () => {
  const mail = reply({
    base: { nvdimm: { 'lockdep/a': PASS, 'guest/close': PASS } },
    patched: {
      nvdimm: { 'lockdep/a': PASS, 'guest/close': { status: 'fail', message: 'the kernel reported: WARNING: x' } },
    },
  });
  expect(mail.replaceAll('\n', ' ')).toContain(
    'guest/close is the end of a guest: umount, and what its kernel reported outside any test.',
  );
  const lost = reply({
    base: { nvdimm: { 'lockdep/a': PASS, 'guest/close': PASS } },
    patched: {
      nvdimm: {
        'lockdep/a': { status: 'crash', message: 'panic' },
        'guest/close': { status: 'skip', message: 'the guest was lost, or given up' },
      },
    },
  });
  expect(lost.replaceAll('\n', ' ')).toContain('With it 1 test of 1 is worse off');
  expect(lost).not.toContain('guest/close');
});

test('a series gets no credit for tests that fail without it as well', () => {
  const failing = {
    nvdimm: { 'guest/boot': PASS, 'lockdep/a': { status: 'fail', message: 'mount: wrong fs type' } as const },
  };
  const mail = reply({ base: failing, patched: failing });
  expect(mail).toContain('No tag: no test passed, with or without the patches.');
  expect(mail).not.toContain('Tested-by');
  const partly = { nvdimm: { ...failing.nvdimm, 'lockdep/b': PASS } };
  expect(reply({ base: partly, patched: partly }).replaceAll('\n', ' ')).toMatch(
    /1 test fails with it as without it\..*Tested-by/,
  );
});

test('what the rig does not know gets no tag', () => {
  const unknown = reply({
    base: GOOD,
    patched: {
      ...GOOD,
      nvdimm: { 'lockdep/fsync-writers-4': { status: 'infra', message: 'disk full' }, 'lockdep/fault-storm': PASS },
    },
  });
  expect(unknown).toContain('No tag: 1 test gave no result, for');
  expect(unknown).not.toMatch(/Tested-by|Reported-by/);
});

test('what it does not know of the base gets none, either', () => {
  const mail = reply({
    base: { nvdimm: { 'lockdep/a': PASS, 'lockdep/b': { status: 'infra', message: 'disk full' } } },
    patched: { nvdimm: { 'lockdep/a': PASS, 'lockdep/b': PASS } },
  });
  expect(mail.replaceAll('\n', ' ')).toContain(
    'No tag: 1 test gave no result without the patches, for reasons of my own machine.',
  );
});

test('where no kernel could be made it says that nothing was tested', () => {
  const lost = { nvdimm: { 'guest/boot': { status: 'infra', message: 'This host cannot compile kernels' } as const } };
  const mail = reply({ base: lost, patched: lost }).replaceAll('\n', ' ');
  expect(mail).toContain('I could not test this series: no test came to a result, for reasons of my own machine.');
  expect(mail).not.toMatch(/I ran tests|with a result came out/);
});

test('where each test is skipped there is no tag, for what it is', () => {
  const skipped = { nvdimm: { 'lockdep/a': { status: 'skip', message: 'no device' } as const } };
  expect(reply({ base: skipped, patched: skipped })).toContain('No tag: no test passed, with or without the patches.');
});

test("a patch that does not compile is named, with the compiler's words and no path of this host", () => {
  const error = "the kernel does not compile: drivers/nvdimm/pmem.c:9:2: error: 'x' undeclared";
  const boot = {
    status: 'fail',
    message: error,
    evidence: `drivers/nvdimm/pmem.c:9:2: error: 'x' undeclared\n    9 |  x++;\nthe whole log: /home/me/.cache/pmemrig/build-logs/built-1.log`,
  } as const;
  const unbuilt = { nvdimm: { 'guest/boot': boot } };
  const good = { nvdimm: { 'guest/boot': PASS } };
  const mail = reply({ base: good, 'patch-1': good, patched: unbuilt }, { stages: { broken: { patched: error } } });
  expect(mail.replaceAll('\n', ' ')).toContain(
    '"[PATCH 2/2] nvdimm/virtio_pmem: count flushes and their answers" does not compile.',
  );
  expect(mail).toContain('      9 |  x++;');
  expect(mail).not.toContain('/home/me');
  // With the patches between left out, any of them may be it.
  expect(reply({ base: good, patched: unbuilt }, { stages: { broken: { patched: error } } })).toContain(
    'The series does not compile.',
  );
});

test('a series that mends on the way what it broke is broken', () => {
  const between = reply({ base: GOOD, 'patch-1': BAD, patched: GOOD });
  expect(between).toContain('Reported-by');
  expect(between).toMatch(/fsync-writers-4 +pass +FAIL +pass/);
});

const word = fc.string({ minLength: 1, maxLength: 30, unit: 'grapheme-ascii' });
const subject = fc
  .array(word, { minLength: 1, maxLength: 12 })
  .map((words) => `[PATCH] ${words.join(' ')}`.replaceAll(/\s+/g, ' ').trim());
const status = fc.constantFrom<TestResult['status']>('pass', 'fail', 'skip', 'crash', 'hang', 'infra');
const result = fc.record({ status, message: fc.string({ maxLength: 200 }) });
const topologies = fc.dictionary(
  fc.stringMatching(/^[a-z][a-z0-9.-]{0,60}$/),
  fc.dictionary(fc.stringMatching(/^[a-z]{1,10}\/[a-z0-9-]{1,90}$/), result, { minKeys: 1, maxKeys: 4 }),
  { minKeys: 1, maxKeys: 3 },
);

test('no line of what the rig writes is wider than a mail, but for a word that is', () => {
  fc.assert(
    fc.property(
      topologies,
      topologies,
      topologies,
      fc.array(subject, { minLength: 2, maxLength: 2 }),
      (base, first, patched, subjects) => {
        const series: PatchSeries = {
          patches: subjects.map((each) => ({ subject: each, diff: '', files: [] })),
          notes: [],
        };
        const text = reply({ base, 'patch-1': first, patched }, { series });
        const { cells } = makeKernelsRun({ base, 'patch-1': first, patched }).summarize();
        const columns = ['base', 'patch-1', 'patched'].map((kernel) => ({ kernel, title: kernel }));
        const table = renderTable(
          { cells },
          columns,
          cells
            .filter(({ kernel }) => kernel === 'patched')
            .flatMap(({ id, tests }) => tests.map(({ name }) => ({ cell: id, test: name }))),
        );
        expect(table.filter((line) => line.length > MAIL_WIDTH)).toEqual([]);
        // Excerpts and commands are indented by two, and verbatim.
        const wide = text.split('\n').filter(
          (line) =>
            line.length > MAIL_WIDTH &&
            !line.startsWith('  ') &&
            line.trim().includes(' ') &&
            line
              .trim()
              .split(' ')
              .every((part) => part.length < MAIL_WIDTH - 12),
        );
        expect(wide).toEqual([]);
      },
    ),
  );
});
