import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AttemptStatus } from '../../../orchestrator/model/outcome.ts';
import type { RunSummary } from '../../fold/summary.ts';
import { JournalBuilder, makeCell, makeMixedRun } from '../../testing/make-journal.ts';
import { renderKcidb } from './render-kcidb.ts';
import { present } from '../../../orchestrator/model/present.ts';

const CELL = 'k/nvdimm/ext4-dax/fio';
const COMMIT = '0123456789abcdef0123456789abcdef01234567';

function play(status: AttemptStatus, message: string | undefined = status): RunSummary {
  const journal = new JournalBuilder().start([makeCell(CELL, ['fio/a'])]).boot(CELL);
  return journal.test(CELL, 'fio/a', { status, message }).summarize();
}

function statusOf(summary: RunSummary): string | undefined {
  return renderKcidb(summary, { origin: 'rig' }).tests.find(({ path }) => path === 'fio.a')?.status;
}

test.each([
  ['pass', 'PASS'],
  ['fail', 'FAIL'],
  ['crash', 'FAIL'],
  ['hang', 'FAIL'],
  ['infra', 'MISS'],
  ['skip', 'SKIP'],
  ['excluded', 'SKIP'],
] as const)('%s is %s', (status, expected) => expect(statusOf(play(status))).toBe(expected));

test('of a flaky test the failure and the pass are reported, each as a test run', () => {
  const { tests } = renderKcidb(makeMixedRun().summarize(), { origin: 'rig' });
  const runs = tests.filter(({ id }) =>
    id.startsWith('rig:20260301-100000-smoke/debian-6.12/nvdimm/ext4-dax/fio/fio/dax-mmap-randwrite/'),
  );
  expect(runs.map(({ id, status }) => [id.at(-1), status])).toEqual([
    ['1', 'FAIL'],
    ['2', 'PASS'],
  ]);
  expect(runs[0]).toMatchObject({
    path: 'fio.dax-mmap-randwrite',
    start_time: '2026-03-01T10:00:37.300Z',
    duration: 2,
    log_excerpt: 'verify: bad magic header 0\n',
  });
});

test('what was never reached is missed, and a boot is where KernelCI looks for it', () => {
  const { tests } = renderKcidb(new JournalBuilder().start([makeCell(CELL, ['fio/a'])]).summarize(), { origin: 'rig' });
  expect(tests.map(({ path, status }) => [path, status])).toEqual([
    ['boot', 'MISS'],
    ['pmemrig.guest.pmem', 'MISS'],
    ['fio.a', 'MISS'],
  ]);
});

test('a failure that a list knows is a failure with a known issue', () => {
  const forgiven = { by: 'list', reason: 'it maps with MAP_SYNC' } as const;
  const journal = new JournalBuilder()
    .start([makeCell(CELL, ['fio/a'])])
    .boot(CELL)
    .test(CELL, 'fio/a', { status: 'skip', forgiven, message: 'known failure: it maps with MAP_SYNC' });
  const { tests, issues, incidents } = renderKcidb(journal.summarize(), { origin: 'rig' });
  expect(tests.find(({ path }) => path === 'fio.a')?.status).toBe('FAIL');
  expect(issues.map(({ report_subject }) => report_subject)).toEqual(['fio/a: known failure: it maps with MAP_SYNC']);
  expect(incidents.map(({ test_id }) => test_id)).toEqual([`rig:20260301-100000-smoke/${CELL}/fio/a/1`]);
});

function reportWarning(title: string) {
  const made = new JournalBuilder().start([makeCell(CELL, ['fio/a', 'fio/b'])]).boot(CELL);
  for (const name of ['fio/a', 'fio/b']) {
    const problem = {
      kind: 'warning' as const,
      title,
      signature: 'warning: pmem_submit_bio',
      lines: ['x'],
      truncated: false,
      fatal: false,
      blame: 'kernel' as const,
    };
    made.add({
      type: 'problem',
      cell: CELL,
      guest: 1,
      test: name,
      attempt: 1,
      during: 'test',
      problem,
      known: { reason: 'under way', link: 'https://example.org/1' },
    });
    made.add({
      type: 'problem',
      cell: CELL,
      guest: 1,
      test: name,
      attempt: 1,
      during: 'test',
      problem: { ...problem, signature: 'planted' },
      expected: true,
    });
    made.test(CELL, name, { status: 'pass' });
  }
  return renderKcidb(made.summarize(), { origin: 'rig' });
}

test('a kernel problem is an issue by its signature, the same in another run, with an incident for each test', () => {
  const [one, other] = [reportWarning('WARNING: at 1'), reportWarning('WARNING: at 2')];
  expect(one.issues.map(({ id, report_url, culprit, comment }) => ({ id, report_url, culprit, comment }))).toEqual([
    {
      id: other.issues[0]?.id,
      report_url: 'https://example.org/1',
      culprit: { code: true, tool: false, harness: false },
      comment: 'warning: pmem_submit_bio; known: under way',
    },
  ]);
  expect(new Set(one.incidents.map(({ id }) => id)).size).toBe(2);
});

function reportKernel(source?: { readonly commit?: string; readonly patchset: string }) {
  const journal = new JournalBuilder().start([makeCell(CELL, [])]).add({
    type: 'stage',
    stage: 'kernel k',
    detail: '6.12 from somewhere',
    status: 'done',
    digest: 'd1',
    ...present({ source }),
  });
  return renderKcidb(journal.summarize(), { origin: 'rig' });
}

test('a checkout has commit and patches where they are known, and a build is the same wherever it was tested', () => {
  expect(reportKernel({ commit: COMMIT, patchset: '' }).checkouts).toEqual([
    {
      id: `rig:${COMMIT}`,
      origin: 'rig',
      git_commit_hash: COMMIT,
      patchset_hash: '',
      comment: '6.12 from somewhere',
      valid: true,
    },
  ]);
  expect(reportKernel({ patchset: 'a'.repeat(64) }).checkouts).toEqual([
    { id: 'rig:source-d1', origin: 'rig', comment: '6.12 from somewhere', valid: true },
  ]);
  expect(reportKernel().builds).toEqual([
    {
      id: 'rig:kernel-d1',
      origin: 'rig',
      checkout_id: 'rig:source-d1',
      comment: '6.12 from somewhere',
      architecture: 'x86_64',
      status: 'PASS',
    },
  ]);
});

function reportBuild(status: 'fail' | 'infra') {
  const journal = new JournalBuilder()
    .start([makeCell(CELL, [])])
    .add({ type: 'stage', stage: 'kernel k', detail: 'nd.c:1: error', status: 'failed' });
  return renderKcidb(journal.test(CELL, 'guest/boot', { status, message: 'no kernel' }).summarize(), { origin: 'rig' })
    .builds[0];
}

test('a kernel that does not compile is a failed build, one that could not be fetched a missed one', () => {
  expect(reportBuild('fail')).toMatchObject({ status: 'FAIL', log_excerpt: 'nd.c:1: error' });
  expect(reportBuild('infra')).toMatchObject({ status: 'MISS' });
});

test('files are linked where the run is published', () => {
  const [, , flaky] = renderKcidb(makeMixedRun().summarize(), {
    origin: 'rig',
    url: 'https://example.org/pmem/1',
  }).tests.filter(({ path }) => path === 'fio.dax-mmap-randwrite');
  expect(flaky?.log_url).toBe('https://example.org/pmem/1/cells/debian-6.12_nvdimm_ext4-dax_fio/console.log');
});

test('no words of a guest make a report that its schema refuses, and no two entries have one id', () => {
  const words = fc.string({ unit: 'binary', maxLength: 60 });
  fc.assert(
    fc.property(
      words,
      fc.constantFrom('pass', 'fail', 'skip', 'crash', 'infra'),
      fc.uniqueArray(fc.stringMatching(/^[ -~]{1,20}$/), { maxLength: 4 }),
      (text, status, names) => {
        const journal = new JournalBuilder().start([makeCell(CELL, ['fio/a'])]).boot(CELL);
        const subtests = names.map((name) => ({ name, status: 'pass' as const }));
        journal.test(CELL, 'fio/a', {
          status,
          message: text,
          evidence: `${text}${'😀'.repeat(20_000)}`,
          artifacts: [`cells/${text}`],
          subtests,
        });
        const { tests } = renderKcidb(journal.summarize(), { origin: 'rig', url: 'https://example.org/' });
        expect(new Set(tests.map(({ id }) => id)).size).toBe(tests.length);
      },
    ),
  );
});
