import type { TestCase } from 'junit-report-builder';
import type { Outcome } from '../orchestrator/model/outcome.ts';
import { findBlindKernels } from './blind-kernels.ts';
import { cleanLine, cleanText, escapeMarkup } from './clean-text.ts';
import { formatMetricPlain } from './format.ts';
import { addBody, addCase, addElement, buildSuite, skip } from './junit-xml.ts';
import { describeFlaky, otherFailedAttempts, sumTotals, tellingAttempt } from './outcomes.ts';
import type { AttemptSummary, CellSummary, RunSummary, TestSummary } from './summary.ts';
import type { ComparedTest, Comparison } from './verdicts/compare-runs.ts';
import { describeBaseline } from './verdicts/describe-verdict.ts';

export interface JunitOptions {
  /** Put before artifact paths in `[[ATTACHMENT|…]]`: GitLab resolves them from the project's root, Jenkins from the workspace. */
  readonly artifactBase?: string;
  /** Verdicts against a baseline: properties of each test, `pmemrig.verdict` and `pmemrig.failure-rate`. */
  readonly comparison?: Comparison;
}

/**
 * JUnit XML in pieces, one a cell, so that a large run is never held whole as a tree.
 *
 * | outcome | element |
 * |---|---|
 * | fail | `<failure>`, later failed attempts as `<rerunFailure>` |
 * | crash, hang, infra, unreached | `<error type="crash">` and so on, later ones as `<rerunError>`: none may look green |
 * | flaky | a passed test with Surefire's `<flakyFailure>` |
 * | skip | `<skipped message>` |
 * | excluded | a suite with one skipped test that says the reason |
 */
export function* renderJunit(summary: RunSummary, options: JunitOptions = {}): Generator<string> {
  const { totals } = summary;
  const counts = { tests: sumTotals(totals), failures: totals.fail, errors: totals.crash + totals.hang + totals.infra + totals.unreached, skipped: totals.skip + totals.excluded };
  const attributes = Object.entries({ name: `pmemrig ${summary.matrix}`, time: toSeconds(summary.durationMs), ...counts });
  yield `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites${attributes.map(([key, value]) => ` ${key}="${escapeMarkup(String(value))}"`).join('')}>\n`;
  const verdicts = new Map(options.comparison?.tests.map((test) => [`${test.cell} ${test.test}`, test]));
  for (const cell of summary.cells) yield renderSuite(cell, summary, { ...options, verdicts });
  for (const { id, reason } of summary.excluded) {
    yield buildSuite(cleanLine(id), (suite) => {
      addCase(suite, (testCase) => skip(testCase.className(toClassName(id)).name('excluded').time(0), cleanLine(`excluded by the matrix: ${reason}`)));
    });
  }
  yield '</testsuites>\n';
}

interface SuiteOptions extends JunitOptions {
  /** By cell and test. */
  readonly verdicts: ReadonlyMap<string, ComparedTest>;
}

function renderSuite(cell: CellSummary, summary: RunSummary, options: SuiteOptions): string {
  return buildSuite(cleanLine(cell.id), (suite) => {
    const { startedAt, durationMs, kernel, image, pmem, filesystem } = cell;
    // Without a zone: the format that Jenkins' and Surefire's schemas allow. It is UTC.
    if (startedAt !== undefined) suite.timestamp(startedAt.slice(0, 19));
    suite.time(toSeconds(durationMs ?? sumDurations(cell.tests)));
    const guest = cell.guests.at(-1);
    const facts = { 'pmemrig.run': summary.runId, 'pmemrig.version': summary.version, host: summary.host, kernel, image, pmem, filesystem, suite: cell.suite };
    const guestFacts = guest && { 'kernel.release': guest.kernelRelease, accelerator: guest.accelerator, 'boot.ms': String(guest.bootMs), console: guest.console };
    const blind = findBlindKernels(summary).find((found) => found.kernel === kernel);
    const warnings = blind && { 'pmemrig.selftest': blind.warning };
    const baseline = options.comparison && { 'pmemrig.baseline': describeBaseline(options.comparison) };
    for (const [name, value] of Object.entries({ ...facts, ...guestFacts, ...warnings, ...baseline })) suite.property(name, cleanLine(value));
    for (const test of cell.tests) addCase(suite, (testCase) => addTest(testCase, test, cell, options));
  });
}

/** Jenkins and GitLab both build a tree from `classname`, at its dots: `pmemrig.debian-6_12.virtio-pmem.ext4-dax.fio`. The suite's name keeps the exact id. */
function toClassName(cellId: string): string {
  return ['pmemrig', ...cleanLine(cellId).split('/')].map((part) => part.replaceAll('.', '_')).join('.');
}

function addTest(testCase: TestCase, test: TestSummary, cell: CellSummary, options: SuiteOptions): void {
  const told = tellingAttempt(test);
  testCase.className(toClassName(cell.id)).name(cleanLine(test.name)).time(toSeconds(told?.durationMs ?? 0));
  for (const metric of told?.metrics ?? []) testCase.property(cleanLine(metric.name), formatMetricPlain(metric));
  for (const [name, value] of Object.entries(lockdepProperties(told))) testCase.property(name, value);
  if (test.outcome === 'flaky') testCase.property('pmemrig.flaky', describeFlaky(test.attempts));
  const verdict = options.verdicts.get(`${cell.id} ${test.name}`);
  if (verdict) {
    testCase.property('pmemrig.verdict', verdict.verdict);
    testCase.property('pmemrig.failure-rate', `${verdict.rate.failed}/${verdict.rate.of}`);
  }
  const artifacts = told?.artifacts ?? [];
  for (const [index, path] of artifacts.entries()) testCase.property(`artifact.${index + 1}`, cleanLine(path));
  addOutcome(testCase, test, told, cell);
  for (const attempt of otherFailedAttempts(test)) addAttempt(testCase, attempt, test.outcome);
  const lines = artifacts.map((path) => `[[ATTACHMENT|${options.artifactBase ?? ''}${cleanLine(path)}]]`);
  if (lines.length > 0) addElement(testCase, (element) => element.ele('system-out').txt(lines.join('\n')));
}

/** Dashboards show a pass that lockdep did not watch as such. */
function lockdepProperties(told: AttemptSummary | undefined): Readonly<Record<string, string>> {
  const { lockdep } = told ?? {};
  if (!lockdep) return {};
  const { covered, reason, classes, dependencies, chains } = lockdep;
  return { 'lockdep.covered': covered ? 'yes' : `no: ${cleanLine(reason ?? '')}`, 'lockdep.classes': String(classes), 'lockdep.dependencies': String(dependencies), 'lockdep.chains': String(chains) };
}

function addOutcome(testCase: TestCase, test: TestSummary, told: AttemptSummary | undefined, cell: CellSummary): void {
  const message = cleanLine(test.message ?? test.outcome);
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
      addBody(testCase, 'failure', describe(message, told, cell));
      return;
    case 'crash':
    case 'hang':
    case 'infra':
    case 'unreached':
      testCase.error(message, test.outcome);
      addBody(testCase, 'error', describe(message, told, cell));
      return;
    default:
      test.outcome satisfies never;
  }
}

/** GitLab shows the element's text and not its `message`, so the text says all. */
function describe(message: string, told: AttemptSummary | undefined, cell: CellSummary): string {
  const where = told?.console ?? cell.guests.at(-1)?.console;
  return [message, told?.evidence && cleanText(told.evidence).trimEnd(), where && `console log: ${cleanLine(where)}`].filter(Boolean).join('\n\n');
}

/** https://maven.apache.org/surefire/maven-surefire-plugin/examples/rerun-failing-tests.html */
function addAttempt(testCase: TestCase, { attempt, status, message, evidence }: AttemptSummary, outcome: Outcome): void {
  const name = `${outcome === 'flaky' || outcome === 'pass' ? 'flaky' : 'rerun'}${status === 'fail' ? 'Failure' : 'Error'}`;
  addElement(testCase, (element) => {
    const child = element.ele(name, { message: cleanLine(`attempt ${attempt}: ${message ?? status}`), type: status });
    if (evidence !== undefined) child.ele('stackTrace').txt(cleanText(evidence));
  });
}

function sumDurations(tests: readonly TestSummary[]): number {
  return tests.reduce((sum, { attempts }) => attempts.reduce((inner, { durationMs }) => inner + durationMs, sum), 0);
}

function toSeconds(ms: number): number {
  return Math.round(ms) / 1000;
}
