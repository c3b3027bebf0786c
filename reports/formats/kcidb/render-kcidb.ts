import { cleanLine } from '../../text/clean-text.ts';
import { shownAttempt } from '../../fold/outcomes.ts';
import type { ProblemSummary, RunSummary, TestSummary } from '../../fold/summary.ts';
import { shorten } from '../../text/text-budget.ts';
import { describeKernels, shortHash } from './kcidb-builds.ts';
import { KCIDB_REPORT, KCIDB_VERSION, type KcidbReport } from './kcidb-schema.ts';
import { describeTest, type KcidbOptions, problemTestId } from './kcidb-tests.ts';
import { present } from '../../../orchestrator/model/present.ts';

type Issue = KcidbReport['issues'][number];

/** Version of our description of an issue: raise it when the description says something else. */
const ISSUE_VERSION = 1;

/**
 * A run as KernelCI's database takes it: `kcidb-submit < kcidb.json`. Ids are the same however often it is made. Those
 * of tests hold the run's id; those of kernels and issues are the same in other runs. A kernel problem is an issue by
 * its signature, with an incident for each test in which it was seen. So is the reason for which a list forgives a
 * failure. What a selftest plants is left out.
 */
export function renderKcidb(summary: RunSummary, options: KcidbOptions): KcidbReport {
  const { checkouts, builds, buildIds } = describeKernels(summary, options.origin);
  const issues = new Map<string, Issue>();
  const problems = new Map(
    summary.problems.filter(({ expected }) => expected !== true).map((problem) => [problem.signature, problem]),
  );
  const tests: KcidbReport['tests'] = [];
  const incidents: KcidbReport['incidents'] = [];
  for (const cell of summary.cells) {
    for (const test of cell.tests) {
      const runs = describeTest(test, cell, summary, buildIds.get(cell.kernel) ?? '', options);
      tests.push(...runs);
      const testId = problemTestId(test, runs);
      if (testId === undefined) continue;
      for (const issue of issuesOf(test, problems, options.origin)) {
        issues.set(issue.id, issue);
        incidents.push({
          id: `${options.origin}:${shortHash(issue.id, testId)}`,
          origin: options.origin,
          issue_id: issue.id,
          issue_version: issue.version,
          test_id: testId,
          present: true,
        });
      }
    }
  }
  return KCIDB_REPORT.parse({
    version: KCIDB_VERSION,
    checkouts,
    builds,
    tests,
    issues: [...issues.values()],
    incidents,
  });
}

function issuesOf(test: TestSummary, problems: ReadonlyMap<string, ProblemSummary>, origin: string): readonly Issue[] {
  const reported = (test.problems ?? []).flatMap((signature) => problems.get(signature) ?? []);
  const forgiven = test.forgiven ? (shownAttempt(test)?.message ?? '') : undefined;
  return [
    ...reported.map((problem) => problemIssue(problem, origin)),
    ...(forgiven === undefined ? [] : [forgivenIssue(test.name, forgiven, origin)]),
  ];
}

function problemIssue({ kind, title, signature, blame, known }: ProblemSummary, origin: string): Issue {
  const url = known?.link !== undefined && URL.canParse(known.link) ? known.link : undefined;
  return {
    id: `${origin}:problem-${shortHash(signature)}`,
    origin,
    version: ISSUE_VERSION,
    report_subject: shorten(cleanLine(title)),
    ...present({ report_url: url }),
    culprit: { code: blame === 'kernel', tool: false, harness: blame === 'rig' },
    comment: shorten(cleanLine(known === undefined ? signature : `${signature}; known: ${known.reason}`)),
    misc: { kind, signature },
  };
}

/** Whether the test or the kernel is to blame, a list's reason says in words alone. */
function forgivenIssue(test: string, reason: string, origin: string): Issue {
  return {
    id: `${origin}:known-${shortHash(test, reason)}`,
    origin,
    version: ISSUE_VERSION,
    report_subject: shorten(cleanLine(`${test}: ${reason}`)),
    comment: shorten(cleanLine(reason)),
    misc: { test },
  };
}
