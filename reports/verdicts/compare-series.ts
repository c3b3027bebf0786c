import { type ComparedFigure, isFigureAlarm } from '../figures/compare-figures.ts';
import { isLeap } from '../figures/is-leap.ts';
import type { RunSummary } from '../fold/summary.ts';
import { compareKernels, type KernelContext, renamed } from './compare-kernels.ts';
import type { Comparison } from './compare-runs.ts';
import { type ComparedTest, isAlarm } from './compared-test.ts';
import { compareWarnings, type PatchedWarning, warningsOf } from './kernel-differences.ts';
import { present } from '../../orchestrator/model/present.ts';

/** A kernel with the first so many patches of a series. */
export interface SeriesStep {
  /** Its name in the matrix. */
  readonly kernel: string;
  /** The subject of its last patch. */
  readonly patch: string;
  /** What that patch changes. */
  readonly files: readonly string[];
}

/**
 * Judges a series by its base, as {@link compareKernels} does the kernel with all patches. Where kernels with some of
 * the patches were run as well, it names the first patch that shows each difference.
 * @param steps in the order of the patches, one for each; one whose kernel the run does not have was not built alone
 */
export function compareSeries(
  run: RunSummary,
  base: string,
  steps: readonly SeriesStep[],
  context: KernelContext = {},
): Comparison {
  const kernels = new Set(run.cells.map(({ kernel }) => kernel));
  const built = steps.filter(({ kernel }) => kernels.has(kernel));
  const last = built.at(-1);
  if (!last) throw new Error('no kernel of the series is in the run');
  const whole = compareKernels(run, { base, now: last.kernel }, context);
  // Without the kernels between, a single patch alone is known to be the culprit.
  const isEach = built.length === steps.length;
  if (!isEach) return withWarnings(whole, run, base, last.kernel, steps);

  const alarms = built.map((step) => {
    const { tests: judged, figures = [] } =
      step === last ? whole : compareKernels(run, { base, now: step.kernel }, context);
    return {
      step,
      tests: new Map(judged.filter(isAlarm).map((test) => [keyOf(test, step.kernel), test])),
      figures: new Set(figures.filter(isNews).map((figure) => keyOf(figure, step.kernel, figure.name))),
    };
  });
  const tests = whole.tests.map((test) => {
    const first = isAlarm(test) ? alarms.find(({ tests: found }) => found.has(keyOf(test, last.kernel))) : undefined;
    return first ? { ...test, firstBad: first.step.patch } : test;
  });
  const figures = whole.figures?.map((figure) => {
    const first = isNews(figure)
      ? alarms.find(({ figures: found }) => found.has(keyOf(figure, last.kernel, figure.name)))
      : undefined;
    return first ? { ...figure, firstBad: first.step.patch } : figure;
  });
  const atEnd = alarms.at(-1)?.tests;
  const between = alarms
    .slice(0, -1)
    .flatMap(({ step, tests: found }) =>
      [...found].flatMap(([key, test]) => (atEnd?.has(key) === true ? [] : [{ key, patch: step.patch, test }])),
    );
  const brokenBetween = between
    .filter(({ key }, index) => between.findIndex((other) => other.key === key) === index)
    .map(({ patch, test }) => ({
      cell: test.cell,
      test: test.test,
      patch,
      ...present({ message: test.message }),
    }));
  const compared = { ...whole, tests, ...present({ figures }) };
  return withWarnings(
    brokenBetween.length === 0 || !whole.kernels
      ? compared
      : { ...compared, kernels: { ...whole.kernels, brokenBetween } },
    run,
    base,
    last.kernel,
    steps,
  );
}

/** A figure whose first patch is worth a word. */
function isNews(figure: ComparedFigure): boolean {
  return isFigureAlarm(figure) || isLeap(figure);
}

/** The same test, or figure of it, whichever kernel's. */
function keyOf({ cell, test }: Pick<ComparedTest, 'cell' | 'test'>, kernel: string, figure = ''): string {
  return `${renamed(cell, kernel, '')}\0${test}\0${figure}`;
}

/**
 * Names the patch that brought each new warning: the first kernel with it, or else the only patch that touches its
 * file.
 */
function withWarnings(
  comparison: Comparison,
  run: RunSummary,
  base: string,
  now: string,
  steps: readonly SeriesStep[],
): Comparison {
  const { kernels } = comparison;
  if (!kernels?.warnings) return comparison;
  const before = warningsOf(run, base) ?? [];
  const built = steps
    .filter(({ kernel }) => kernel !== now)
    .flatMap((step) => {
      const warnings = warningsOf(run, step.kernel);
      return warnings ? [{ step, fresh: compareWarnings(before, warnings).fresh }] : [];
    });
  const fresh = kernels.warnings.fresh.map((warning): PatchedWarning => {
    const first = built.find((one) =>
      one.fresh.some(({ file, text }) => file === warning.file && text === warning.text),
    );
    // Where each patch was built alone and none before it has the warning, it is the last one's.
    const touching = steps.filter(({ files }) => files.includes(warning.file));
    const patch =
      first?.step.patch ??
      (built.length === steps.length - 1
        ? steps.at(-1)?.patch
        : touching.length === 1
          ? touching[0]?.patch
          : undefined);
    return patch === undefined ? warning : { ...warning, patch };
  });
  return { ...comparison, kernels: { ...kernels, warnings: { ...kernels.warnings, fresh } } };
}
