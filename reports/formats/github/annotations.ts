import { findBlindKernels } from '../../facts/unproven-kernels.ts';
import { cleanText, excerpt } from '../../text/clean-text.ts';
import { type ComparedFigure, isFigureAlarm } from '../../figures/compare-figures.ts';
import { findLeaps, listFigures } from '../../figures/list-figures.ts';
import { plural } from '../../text/format.ts';
import { groupBy } from '../../text/group-by.ts';
import { describeEnding } from '../../facts/headline.ts';
import { FAILURES, shownAttempt, UNKNOWNS } from '../../fold/outcomes.ts';
import type { RunSummary } from '../../fold/summary.ts';
import { shorten } from '../../text/text-budget.ts';
import type { Comparison } from '../../verdicts/compare-runs.ts';
import { type ComparedTest, isAlarm } from '../../verdicts/compared-test.ts';
import { describeOdds, describeSince } from '../../verdicts/describe-verdict.ts';

/** GitHub shows so many of each kind for one step, and drops the others without a word. */
const MAX_PER_KIND = 10;
const EVIDENCE_LINES = 8;
const MAX_NAMED = 20;

const KINDS = ['error', 'warning', 'notice'] as const;

interface Annotation {
  readonly kind: (typeof KINDS)[number];
  readonly title: string;
  readonly message: string;
}

/**
 * The lines that make GitHub annotate the run with what needs a look, the worst first. The tenth of a kind says how
 * many more there are.
 *
 * | kind | by itself | against a baseline |
 * |---|---|---|
 * | error | failures | alarms, figures that got worse, and failures in cells that the baseline does not have |
 * | warning | unknown outcomes, kernels not proven by the selftest | the same, known failures, and leaps of figures |
 * | notice | flaky tests | the same, and what is fixed |
 *
 * https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
 */
export function renderAnnotations(summary: RunSummary, comparison?: Comparison): readonly string[] {
  const found = [
    ...describeRun(summary),
    ...annotateVerdicts(comparison?.tests ?? []),
    ...annotateFigures(comparison?.figures ?? []),
    ...annotateTests(summary, comparison),
  ];
  return KINDS.flatMap((kind) => bound(found.filter((each) => each.kind === kind))).map(formatCommand);
}

function describeRun(summary: RunSummary): readonly Annotation[] {
  const ending = summary.ending.reason === 'running' ? undefined : describeEnding(summary);
  return [
    ...(ending === undefined ? [] : [{ kind: 'error' as const, title: 'the run did not finish', message: ending }]),
    ...findBlindKernels(summary).map(({ kernel, warning }) => ({
      kind: 'warning' as const,
      title: `selftest failed on ${kernel}`,
      message: warning,
    })),
  ];
}

/** Tests that met the same report of the kernel are one annotation: there is room for ten. */
function annotateVerdicts(tests: readonly ComparedTest[]): readonly Annotation[] {
  const causes = groupBy(tests, (test) =>
    test.signatures ? JSON.stringify([test.verdict, test.signatures, test.message]) : test,
  );
  return Array.from(causes.values()).flatMap(annotateCause);
}

function annotateCause([test, ...others]: readonly ComparedTest[]): readonly Annotation[] {
  if (!test) return [];
  const kind = isAlarm(test)
    ? 'error'
    : test.verdict === 'known-failure' || test.verdict === 'unknown'
      ? 'warning'
      : test.verdict === 'fixed'
        ? 'notice'
        : undefined;
  if (kind === undefined) return [];
  const words = [test.message, describeOdds(test), describeSince(test)].filter((part) => part !== undefined).join('; ');
  const also =
    others.length === 0
      ? ''
      : `\nthe same in ${others
          .slice(0, MAX_NAMED)
          .map((other) => (other.cell === test.cell ? other.test : `${other.test} in ${other.cell}`))
          .join(', ')}${others.length > MAX_NAMED ? ` and ${others.length - MAX_NAMED} more` : ''}`;
  const more = others.length === 0 ? '' : ` and ${plural(others.length, 'more test')}`;
  return [
    {
      kind,
      title: `${test.verdict}: ${test.test} in ${test.cell}${more}`,
      message: withEvidence(`${words}${also}`, kind === 'error' ? test.evidence : undefined),
    },
  ];
}

function annotateFigures(figures: readonly ComparedFigure[]): readonly Annotation[] {
  const shown = [...figures.filter(isFigureAlarm), ...findLeaps(figures)];
  return listFigures(shown).flatMap(({ lines, verdict }) =>
    lines.map(({ test, cell, change, why }) => ({
      kind: verdict === 'leap' ? ('warning' as const) : ('error' as const),
      title: `${verdict}: ${test} in ${cell}`,
      message: why === undefined ? change : `${change}; ${why}`,
    })),
  );
}

/** What has no verdict: all of it without a baseline. */
function annotateTests({ cells }: RunSummary, comparison: Comparison | undefined): readonly Annotation[] {
  const judged = new Set(comparison?.tests.map(({ cell, test }) => `${cell} ${test}`));
  return cells.flatMap((cell) =>
    cell.tests.flatMap((test): readonly Annotation[] => {
      const { outcome, name, message = outcome } = test;
      if (outcome !== 'flaky' && judged.has(`${cell.id} ${name}`)) return [];
      const kind = FAILURES.has(outcome)
        ? 'error'
        : UNKNOWNS.has(outcome)
          ? 'warning'
          : outcome === 'flaky'
            ? 'notice'
            : undefined;
      return kind === undefined
        ? []
        : [
            {
              kind,
              title: `${outcome}: ${name} in ${cell.id}`,
              message: withEvidence(message, kind === 'error' ? shownAttempt(test)?.evidence : undefined),
            },
          ];
    }),
  );
}

function withEvidence(message: string, evidence: string | undefined): string {
  return evidence === undefined ? message : `${message}\n\n${excerpt(evidence, EVIDENCE_LINES)}`;
}

function bound(found: readonly Annotation[]): readonly Annotation[] {
  const [first] = found;
  if (first === undefined || found.length <= MAX_PER_KIND) return found;
  const shown = found.slice(0, MAX_PER_KIND - 1);
  return [
    ...shown,
    {
      kind: first.kind,
      title: `${found.length - shown.length} more`,
      message: 'summary.md and report.html have all of them',
    },
  ];
}

function formatCommand({ kind, title, message }: Annotation): string {
  return `::${kind} title=${escapeProperty(shorten(title, 200))}::${escapeData(message)}`;
}

/** As GitHub's own toolkit does: a newline would end the command, and a guest's words might begin another. */
function escapeData(text: string): string {
  return cleanText(text).replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
