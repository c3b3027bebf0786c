import { findBlindKernels } from '../../facts/unproven-kernels.ts';
import { cleanLine, escapeMarkup } from '../../text/clean-text.ts';
import { addTest, type CaseContext, toClassName } from './junit-case.ts';
import { type Property, testProperties, verdictProperties } from './junit-properties.ts';
import { addCase, buildSuite, skip } from './junit-xml.ts';
import { countOutcomes, sumTotals } from '../../fold/outcomes.ts';
import type { CellSummary, RunSummary, Totals } from '../../fold/summary.ts';
import { groupBy } from '../../text/group-by.ts';
import { shorten, TextBudget } from '../../text/text-budget.ts';
import type { ComparedFigure } from '../../figures/compare-figures.ts';
import type { FigureVerdict } from '../../figures/judge-figure.ts';
import { describeFigure, findLeaps } from '../../figures/list-figures.ts';
import type { Comparison } from '../../verdicts/compare-runs.ts';
import type { ComparedTest } from '../../verdicts/compared-test.ts';
import { describeBaseline } from '../../verdicts/describe-verdict.ts';
import { type FindCompared, indexCompared } from '../../verdicts/index-compared.ts';
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
  const context = suiteContext(summary, options);
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

/** Renders single cells, each as a document of its own in pieces. */
export function cellJunitRenderer(
  summary: RunSummary,
  options: JunitOptions = {},
): (cell: CellSummary) => Generator<string> {
  const context = suiteContext(summary, options);
  return function* (cell) {
    yield openDocument(
      `pmemrig ${summary.matrix} ${cell.id}`,
      cellTime(cell),
      countOutcomes(cell.tests.map(({ outcome }) => outcome)),
    );
    yield renderSuite(cell, summary, { ...context, budget: new TextBudget() });
    yield '</testsuites>\n';
  };
}

/** What all suites of a run share: looked for once, as a run may have hundreds of cells. */
interface SuiteContext extends Pick<CaseContext, 'artifactBase' | 'budget'>, Pick<JunitOptions, 'comparison'> {
  readonly findCompared: FindCompared;
  /** By cell. */
  readonly missing: ReadonlyMap<string, readonly ComparedTest[]>;
  /** By cell. */
  readonly figures: ReadonlyMap<string, readonly ComparedFigure[]>;
  /** See {@link findBlindKernels}; by kernel. */
  readonly blindness: ReadonlyMap<string, string>;
}

function suiteContext(summary: RunSummary, { artifactBase = '', comparison }: JunitOptions): SuiteContext {
  const missing = comparison?.tests.filter(({ verdict }) => verdict === 'missing') ?? [];
  return {
    artifactBase,
    budget: new TextBudget(),
    findCompared: indexCompared(comparison),
    missing: groupBy(missing, ({ cell }) => cell),
    figures: groupBy(comparison?.figures ?? [], ({ cell }) => cell),
    blindness: new Map(findBlindKernels(summary).map(({ kernel, warning }) => [kernel, warning])),
    ...present({ comparison }),
  };
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
    for (const [name, value] of suiteFacts(cell, summary, context)) suite.property(name, shorten(cleanLine(value)));
    const cases = cell.tests.map((test) => ({
      test,
      properties: testProperties(test, context.findCompared(cell.id, test.name)),
    }));
    for (const { test, properties } of cases)
      for (const [name, value] of properties) suite.property(`${name} ${cleanLine(test.name)}`, value);
    // A dashboard that counts only the tests in the file would not notice them.
    for (const gone of context.missing.get(cell.id) ?? []) {
      for (const [name, value] of verdictProperties(gone)) suite.property(`${name} ${cleanLine(gone.test)}`, value);
    }
    for (const { figure, word } of changedFigures(cell, context))
      suite.property(
        cleanLine(`pmemrig.${word} ${figure.test} ${figure.name}`),
        shorten(cleanLine(describeFigure(figure))),
      );
    const inCell = { ...context, className: toClassName(cell.id), lastConsole: cell.guests.at(-1)?.console };
    for (const { test, properties } of cases) addTest(suite, test, properties, inCell);
  });
}

function suiteFacts(
  cell: CellSummary,
  summary: RunSummary,
  { comparison, blindness }: SuiteContext,
): readonly Property[] {
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
    [guest.template === undefined ? 'boot.ms' : 'fork.ms']: String(guest.bootMs),
    console: guest.console,
  };
  return Object.entries({
    ...facts,
    ...guestFacts,
    ...present({ 'pmemrig.selftest': blindness.get(kernel) }),
    ...(comparison && { 'pmemrig.baseline': describeBaseline(comparison) }),
  });
}

function changedFigures(
  cell: CellSummary,
  context: SuiteContext,
): readonly { readonly figure: ComparedFigure; readonly word: 'leap' | FigureVerdict }[] {
  const figures = context.figures.get(cell.id) ?? [];
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
