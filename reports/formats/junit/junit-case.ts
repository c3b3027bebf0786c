import type { TestCase, TestSuite } from 'junit-report-builder';
import type { Outcome } from '../../../orchestrator/model/outcome.ts';
import { cleanLine, cleanText } from '../../text/clean-text.ts';
import { artifactFiles, type Property, testFigures } from './junit-properties.ts';
import { disarm, formatAttachment, formatProperty } from './junit-output.ts';
import { addBareCase, addBody, addCase, addElement, skip } from './junit-xml.ts';
import { otherFailedAttempts, shownAttempt } from '../../fold/outcomes.ts';
import type { AttemptSummary, TestSummary } from '../../fold/summary.ts';
import { shorten, type TextBudget } from '../../text/text-budget.ts';

/** Holds the whole of a text that is shortened here and has no file of its own. */
const JOURNAL = 'events.jsonl';

/** What all test cases of a suite share. */
export interface CaseContext {
  /** See `JunitOptions`. */
  readonly artifactBase: string;
  readonly budget: TextBudget;
  /** See {@link toClassName}. */
  readonly className: string;
  /** Console log of the cell's last guest. */
  readonly lastConsole: string | undefined;
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

/** Adds one `<testcase>`. @param properties see `testProperties` */
export function addTest(
  suite: TestSuite,
  test: TestSummary,
  properties: readonly Property[],
  context: CaseContext,
): void {
  const { className, artifactBase, budget } = context;
  const shown = shownAttempt(test);
  const name = cleanLine(test.name);
  const seconds = Math.round(shown?.durationMs ?? 0) / 1000;
  const others = otherFailedAttempts(test);
  const lines = [
    ...[...properties, ...testFigures(test)].map(formatProperty),
    ...artifactFiles(test).flatMap((path) => formatAttachment(`${artifactBase}${path}`)),
  ];
  if (test.outcome === 'pass' && others.length === 0 && lines.length === 0) {
    addBareCase(suite, className, name, seconds);
    return;
  }
  addCase(suite, (testCase) => {
    testCase.className(className).name(name).time(seconds);
    addOutcome(testCase, test, shown, context);
    for (const attempt of others) addAttempt(testCase, attempt, test.outcome, context);
    if (lines.length > 0)
      addElement(testCase, (element) => element.ele('system-out').txt(budget.takeLines(lines, JOURNAL).join('\n')));
  });
}

function addOutcome(
  testCase: TestCase,
  test: TestSummary,
  shown: AttemptSummary | undefined,
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
      addBody(testCase, 'failure', describe(message, shown, context));
      return;
    case 'crash':
    case 'hang':
    case 'infra':
    case 'unreached':
      testCase.error(message, test.outcome);
      addBody(testCase, 'error', describe(message, shown, context));
      return;
    default:
      test.outcome satisfies never;
  }
}

/** GitLab shows the element's text and not its `message`, so the text says all. */
function describe(message: string, shown: AttemptSummary | undefined, { budget, lastConsole }: CaseContext): string {
  const where = shown?.console ?? lastConsole;
  const evidence =
    shown?.evidence === undefined ? undefined : budget.take(cleanText(shown.evidence).trimEnd(), wholeIn(shown));
  return disarm([message, evidence, where && `console log: ${cleanLine(where)}`].filter(Boolean).join('\n\n'));
}

/** https://maven.apache.org/surefire/maven-surefire-plugin/examples/rerun-failing-tests.html */
function addAttempt(
  testCase: TestCase,
  attempt: AttemptSummary,
  outcome: Outcome,
  { budget }: Pick<CaseContext, 'budget'>,
): void {
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
