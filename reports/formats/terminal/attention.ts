import { cleanLine } from '../../text/clean-text.ts';
import { MARKS } from '../../text/outcome-symbols.ts';
import { FAILURES, needsAttention, shownAttempt } from '../../fold/outcomes.ts';
import { rerunTest } from '../../facts/rerun-command.ts';
import type { RunSummary, TestSummary } from '../../fold/summary.ts';
import { renderEvidence } from './evidence-lines.ts';
import { fitLine } from './fit-line.ts';
import type { Palette } from './palette.ts';
import { PrintedSplats } from './printed-splats.ts';

const MAX_LISTED = 20;
/**
 * Failures whose evidence is shown once more, and how much of it: it scrolled by when they failed. A failure that
 * another one has shown already does not count.
 */
const MAX_SHOWN = 5;
const SHOWN_LINES = 12;

interface Finding {
  readonly id: string;
  readonly test: TestSummary;
  /** Further tests that were not reached for the same reason. */
  alike: number;
}

/**
 * What needs a look, in the plan's order, a line each. Below the first failures stands their evidence and the command
 * that runs just that again. Below others that met the same stands where the evidence is.
 */
export function renderAttention(
  summary: RunSummary,
  { runDir, width, palette }: { readonly runDir: string; readonly width: number; readonly palette: Palette },
): string[] {
  const found = gather(summary);
  if (found.length === 0) return [];
  const severalFailed = found.filter(({ test }) => FAILURES.has(test.outcome)).length > 1;
  const printed = new PrintedSplats();
  let shown = 0;
  const lines = found.slice(0, MAX_LISTED).flatMap((finding) => {
    const { id, test } = finding;
    const attempt = shownAttempt(test);
    const isShown = attempt !== undefined && printed.hasAll(attempt);
    if (!attempt || !FAILURES.has(test.outcome) || (!isShown && shown === MAX_SHOWN))
      return [renderLine(finding, width, palette)];
    if (!isShown) shown += 1;
    // Alone it is what the last line says; and one of those that met the same is enough to run.
    const again = severalFailed && !isShown ? [palette.dim(`    again: ${rerunTest(summary, { id }, test)}`)] : [];
    return [
      renderLine(finding, width, palette),
      ...renderEvidence(
        attempt,
        { cell: id, test: test.name, attempt: attempt.attempt },
        { runDir, width, palette, printed },
        SHOWN_LINES,
      ),
      ...again,
    ];
  });
  return [...lines, ...(found.length > MAX_LISTED ? [`  … ${found.length - MAX_LISTED} more in the reports`] : []), ''];
}

/** A misspelt release keeps a run from hundreds of tests: for one reason, shown once. */
function gather({ cells }: RunSummary): readonly Finding[] {
  const found: Finding[] = [];
  const byReason = new Map<string, Finding>();
  for (const { id, tests } of cells) {
    for (const test of tests) {
      if (!needsAttention(test.outcome) && test.outcome !== 'flaky') continue;
      const reason = test.outcome === 'unreached' ? (test.message ?? '') : undefined;
      const same = reason === undefined ? undefined : byReason.get(reason);
      if (same) {
        same.alike += 1;
        continue;
      }
      const finding: Finding = { id, test, alike: 0 };
      found.push(finding);
      if (reason !== undefined) byReason.set(reason, finding);
    }
  }
  return found;
}

function renderLine({ id, test, alike }: Finding, width: number, palette: Palette): string {
  return fitLine(
    [
      {
        text: `${MARKS[test.outcome]} ${test.outcome.padEnd(9)}`,
        style: (text) => palette.outcome(test.outcome, text),
      },
      { text: ` ${cleanLine(id)}`, style: palette.dim },
      { text: `  ${cleanLine(test.name)}`, style: palette.bold },
      { text: alike === 0 ? '' : ` and ${alike} more` },
      { text: test.message === undefined ? '' : `  ${cleanLine(test.message)}` },
    ],
    width,
  );
}
