import { findBlindKernels } from '../../facts/unproven-kernels.ts';
import { cleanLine, escapeMarkup } from '../../text/clean-text.ts';
import { addTest, type CaseContext, toClassName } from './junit-case.ts';
import { type Property, testProperties, verdictProperties } from './junit-properties.ts';
import { addCase, buildSuite, skip } from './junit-xml.ts';
import { countOutcomes, sumTotals } from '../../fold/outcomes.ts';
import type { CellSummary, RunSummary, TestSummary, Totals } from '../../fold/summary.ts';
import { shorten, TextBudget } from '../../text/text-budget.ts';
import type { ComparedFigure } from '../../figures/compare-figures.ts';
import type { FigureVerdict } from '../../figures/judge-figure.ts';
import { describeFigure, findLeaps } from '../../figures/list-figures.ts';
import type { Comparison } from '../../verdicts/compare-runs.ts';
import type { ComparedTest } from '../../verdicts/compared-test.ts';
import { describeBaseline } from '../../verdicts/describe-verdict.ts';
import { present } from '../../../orchestrator/model/present.ts';

export interface JunitOptions {
  /**
   * Put before artifact paths in `[[ATTACHMENT|…]]`: GitLab resolves them from the project's root, Jenkins from the
   * workspace.
   */
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
 * | crash, hang, infra, unreached | `<error type="crash">` and so on, later ones as `<rerunError>`: never green |
 * | flaky | a passed test with Surefire's `<flakyFailure>` |
 * | skip | `<skipped message>` |
 * | excluded | a suite with one skipped test that says the reason |
 *
 * It is valid by the schema of Jenkins' xUnit plugin (junit-10.xsd), which allows properties for a suite only. So a
 * test's properties are its suite's, as `name test`. They are repeated in the test's output, as
 * `[[PROPERTY|name=value]]`.
 */
export function* renderJunit(summary: RunSummary, options: JunitOptions = {}): Generator<string> {
  const context = suiteContext(options);
  yield openDocument(`pmemrig ${summary.matrix}`, summary.durationMs, summary.totals);
  for (const cell of summary.cells) yield renderSuite(cell, summary, context);
  for (const { id, reason } of summary.excluded) {
    yield buildSuite(cleanLine(id), (suite) => {
      addCase(suite, (testCase) =>
        skip(testCase.className(toClassName(id)).name('excluded').time(0), shorten(cleanLine(`left out: ${reason}`))),
      );
    });
  }
  yield '</testsuites>\n';
}

/** The same of one cell alone, in pieces. */
export function* renderCellJunit(
  cell: CellSummary,
  summary: RunSummary,
  options: JunitOptions = {},
): Generator<string> {
  yield openDocument(
    `pmemrig ${summary.matrix} ${cell.id}`,
    cellTime(cell),
    countOutcomes(cell.tests.map(({ outcome }) => outcome)),
  );
  yield renderSuite(cell, summary, suiteContext(options));
  yield '</testsuites>\n';
}

interface SuiteContext extends CaseContext, Pick<JunitOptions, 'comparison'> {
  /** By cell and test. */
  readonly verdicts: ReadonlyMap<string, ComparedTest>;
}

function suiteContext(options: JunitOptions): SuiteContext {
  const verdicts = new Map(options.comparison?.tests.map((test) => [`${test.cell} ${test.test}`, test]));
  return { ...options, artifactBase: options.artifactBase ?? '', verdicts, budget: new TextBudget() };
}

/** The schema has no `skipped` here; each suite has its own. */
function openDocument(name: string, durationMs: number, totals: Totals): string {
  const counts = {
    tests: sumTotals(totals),
    failures: totals.fail,
    errors: totals.crash + totals.hang + totals.infra + totals.unreached,
  };
  const attributes = Object.entries({ name: cleanLine(name), time: toSeconds(durationMs), ...counts });
  return (
    '<?xml version="1.0" encoding="UTF-8"?>\n' +
    `<testsuites${attributes.map(([key, value]) => ` ${key}="${escapeMarkup(String(value))}"`).join('')}>\n`
  );
}

function renderSuite(cell: CellSummary, summary: RunSummary, context: SuiteContext): string {
  return buildSuite(cleanLine(cell.id), (suite) => {
    // Without a zone: the format that Jenkins' and Surefire's schemas allow. It is UTC.
    if (cell.startedAt !== undefined) suite.timestamp(cell.startedAt.slice(0, 19));
    suite.time(toSeconds(cellTime(cell)));
    const verdictOf = (test: TestSummary): ComparedTest | undefined => context.verdicts.get(`${cell.id} ${test.name}`);
    for (const [name, value] of suiteFacts(cell, summary, context)) suite.property(name, shorten(cleanLine(value)));
    for (const test of cell.tests) {
      for (const [name, value] of testProperties(test, verdictOf(test)))
        suite.property(`${name} ${cleanLine(test.name)}`, value);
    }
    for (const gone of missingTests(cell, context)) {
      for (const [name, value] of verdictProperties(gone)) suite.property(`${name} ${cleanLine(gone.test)}`, value);
    }
    for (const { figure, word } of changedFigures(cell, context))
      suite.property(
        cleanLine(`pmemrig.${word} ${figure.test} ${figure.name}`),
        shorten(cleanLine(describeFigure(figure))),
      );
    for (const test of cell.tests)
      addCase(suite, (testCase) => addTest(testCase, test, verdictOf(test), cell, context));
  });
}

function suiteFacts(cell: CellSummary, summary: RunSummary, { comparison }: SuiteContext): readonly Property[] {
  const { kernel, image, pmem, filesystem } = cell;
  const guest = cell.guests.at(-1);
  const facts = {
    'pmemrig.run': summary.runId,
    'pmemrig.version': summary.version,
    host: summary.host,
    kernel,
    image,
    pmem,
    filesystem,
    suite: cell.suite,
  };
  const guestFacts = guest && {
    'kernel.release': guest.kernelRelease,
    accelerator: guest.accelerator,
    'boot.ms': String(guest.bootMs),
    console: guest.console,
  };
  const blind = findBlindKernels(summary).find((found) => found.kernel === kernel);
  return Object.entries({
    ...facts,
    ...guestFacts,
    ...present({ 'pmemrig.selftest': blind?.warning }),
    ...(comparison && { 'pmemrig.baseline': describeBaseline(comparison) }),
  });
}

/** A dashboard that counts only the tests in the file would not notice them. */
function missingTests(cell: CellSummary, { comparison }: SuiteContext): readonly ComparedTest[] {
  return comparison?.tests.filter((test) => test.verdict === 'missing' && test.cell === cell.id) ?? [];
}

function changedFigures(
  cell: CellSummary,
  { comparison }: SuiteContext,
): readonly { readonly figure: ComparedFigure; readonly word: 'leap' | FigureVerdict }[] {
  const figures = comparison?.figures?.filter((figure) => figure.cell === cell.id) ?? [];
  const leaps = findLeaps(figures);
  const changed = figures.filter(
    (figure) => figure.verdict === 'slower' || figure.verdict === 'faster' || leaps.includes(figure),
  );
  return changed.map((figure) => ({ figure, word: leaps.includes(figure) ? 'leap' : figure.verdict }));
}

function cellTime({ durationMs, tests }: CellSummary): number {
  return (
    durationMs ??
    tests.reduce((sum, { attempts }) => attempts.reduce((inner, attempt) => inner + attempt.durationMs, sum), 0)
  );
}

function toSeconds(ms: number): number {
  return Math.round(ms) / 1000;
}
