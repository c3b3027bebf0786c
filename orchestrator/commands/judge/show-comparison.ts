import type { RunSummary } from '../../../reports/fold/summary.ts';
import { formatComparison } from '../../../reports/formats/terminal/comparison-text.ts';
import { choosePalette } from '../../../reports/formats/terminal/palette.ts';
import { widthOf } from '../../../reports/formats/terminal/width-of.ts';
import { comparisonJson } from '../../../reports/verdicts/comparison-file.ts';
import type { Comparison } from '../../../reports/verdicts/compare-runs.ts';
import { judgeComparison } from '../../../reports/verdicts/judge-comparison.ts';
import { printJson, printText } from '../../host/print.ts';

/** Prints what a run came to against its baseline, as text or as JSON, and gives the exit status. */
export function showComparison(comparison: Comparison, now: RunSummary, { json = false } = {}): number {
  if (json) printJson(comparisonJson(comparison));
  else printText(`\n${describeComparison(comparison)}`);
  return judgeComparison(comparison, now, { whole: comparison.whole ?? false });
}

/** As the terminal shows it, lines with their ends. */
export function describeComparison(comparison: Comparison): string {
  const lines = formatComparison(comparison, {
    width: widthOf(process.stdout),
    palette: choosePalette(process.stdout),
  });
  return `${lines.join('\n')}\n`;
}
