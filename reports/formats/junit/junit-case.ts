import type { TestCase } from 'junit-report-builder';
import type { Outcome } from '../../../orchestrator/model/outcome.ts';
import { cleanLine, cleanText } from '../../text/clean-text.ts';
import { artifactFiles, testFigures, testProperties } from './junit-properties.ts';
import { disarm, formatAttachment, formatProperty } from './junit-output.ts';
import { addBody, addElement, skip } from './junit-xml.ts';
import { otherFailedAttempts, shownAttempt } from '../../fold/outcomes.ts';
import type { AttemptSummary, CellSummary, TestSummary } from '../../fold/summary.ts';
import { shorten, type TextBudget } from '../../text/text-budget.ts';
import type { ComparedTest } from '../../verdicts/compared-test.ts';

/** Holds the whole of a text that is shortened here and has no file of its own. */
const JOURNAL = 'events.jsonl';

/** What all test cases of a file share. */
export interface CaseContext {
  /** See `JunitOptions`. */
  readonly artifactBase: string;
  readonly budget: TextBudget;
}

/**
 * Jenkins and GitLab both build a tree from `classname`, at its dots: `pmemrig.debian-6_12.virtio-pmem.ext4-dax.fio`.
 * They know a test again by it and the name, so nothing that changes from run to run may be in either. `~` can't be in
 * a matrix' names: no two cells come to the same.
 */
export function toClassName(cellId: string): string {
  return ['pmemrig', ...cleanLine(cellId).split('/')]
    .map((part) => part.replaceAll('_', '~').replaceAll('.', '_'))
    .join('.');
}

/** Fills one `<testcase>`. */
export function addTest(
  testCase: TestCase,
  test: TestSummary,
  verdict: ComparedTest | undefined,
  cell: CellSummary,
  context: CaseContext,
): void {
  const shown = shownAttempt(test);
  testCase
    .className(toClassName(cell.id))
    .name(cleanLine(test.name))
    .time(Math.round(shown?.durationMs ?? 0) / 1000);
  addOutcome(testCase, test, shown, cell, context);
  for (const attempt of otherFailedAttempts(test)) addAttempt(testCase, attempt, test.outcome, context);
  const lines = [
    ...[...testProperties(test, verdict), ...testFigures(test)].map(formatProperty),
    ...artifactFiles(test).flatMap((path) => formatAttachment(`${context.artifactBase}${path}`)),
  ];
  if (lines.length > 0)
    addElement(testCase, (element) =>
      element.ele('system-out').txt(context.budget.takeLines(lines, JOURNAL).join('\n')),
    );
}

function addOutcome(
  testCase: TestCase,
  test: TestSummary,
  shown: AttemptSummary | undefined,
  cell: CellSummary,
  context: CaseContext,
): void {
  const message = disarm(shorten(cleanLine(test.message ?? test.outcome)));
  switch (test.outcome) {
    case 'pass':
    case 'flaky':
      return;
    case 'skip':
    case 'excluded':
      skip(testCase, message);
      return;
    case 'fail':
      testCase.failure(message, 'fail');
      addBody(testCase, 'failure', describe(message, shown, cell, context));
      return;
    case 'crash':
    case 'hang':
    case 'infra':
    case 'unreached':
      testCase.error(message, test.outcome);
      addBody(testCase, 'error', describe(message, shown, cell, context));
      return;
    default:
      test.outcome satisfies never;
  }
}

/** GitLab shows the element's text and not its `message`, so the text says all. */
function describe(
  message: string,
  shown: AttemptSummary | undefined,
  cell: CellSummary,
  { budget }: CaseContext,
): string {
  const where = shown?.console ?? cell.guests.at(-1)?.console;
  const evidence =
    shown?.evidence === undefined ? undefined : budget.take(cleanText(shown.evidence).trimEnd(), wholeIn(shown));
  return disarm([message, evidence, where && `console log: ${cleanLine(where)}`].filter(Boolean).join('\n\n'));
}

/** https://maven.apache.org/surefire/maven-surefire-plugin/examples/rerun-failing-tests.html */
function addAttempt(testCase: TestCase, attempt: AttemptSummary, outcome: Outcome, { budget }: CaseContext): void {
  const { status, message, evidence } = attempt;
  const kind = outcome === 'flaky' || outcome === 'pass' ? 'flaky' : 'rerun';
  const name = `${kind}${status === 'fail' ? 'Failure' : 'Error'}`;
  addElement(testCase, (element) => {
    const child = element.ele(name, {
      message: disarm(shorten(cleanLine(`attempt ${attempt.attempt}: ${message ?? status}`))),
      type: status,
    });
    if (evidence !== undefined) child.ele('stackTrace').txt(disarm(budget.take(cleanText(evidence), wholeIn(attempt))));
  });
}

function wholeIn({ artifacts, console }: AttemptSummary): string {
  return cleanLine(artifacts[0] ?? console ?? JOURNAL);
}
