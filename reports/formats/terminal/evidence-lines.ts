import { join } from 'node:path';
import { cleanLine, excerpt } from '../../text/clean-text.ts';
import type { AttemptSummary } from '../../fold/summary.ts';
import { fitLine } from './fit-line.ts';
import type { Palette } from './palette.ts';
import type { AttemptPlace, PrintedSplats } from './printed-splats.ts';

/** A report of lockdep has about a hundred lines, and its first thirty show both locks and who took them. */
const MAX_LINES = 30;
const MAX_CHARS = 4000;

/**
 * By how much a file says about a failure: the kernel's own report, what differs from the expected output, the
 * program's words, the rest.
 */
const BEST_FIRST = [/\/problems\//, /(?:^|[./])out\.bad$/, /\/output\.\d+\.log$|check\.log$/, /\/console\//];

/** How a reader sees the lines of one report or log. */
export interface View {
  /** The run's folder. */
  readonly runDir: string;
  readonly width: number;
  readonly palette: Palette;
  /** Above the line that comes next. */
  readonly printed: PrintedSplats;
}

/**
 * The first lines of what shows a failure, and where the whole of it lies; of what the kernel reported before, where
 * that was.
 */
export function renderEvidence(
  attempt: Pick<AttemptSummary, 'evidence' | 'splats' | 'artifacts' | 'console'>,
  place: AttemptPlace,
  { runDir, width, palette, printed }: View,
  maxLines = MAX_LINES,
): string[] {
  const { text: evidence, again } = printed.leaveOut(attempt, place, { maxLines, maxChars: MAX_CHARS });
  const lines = evidence.trim() === '' ? [] : excerpt(evidence, maxLines, MAX_CHARS).split('\n');
  const whole =
    lines.length === 0 && again.length > 0 ? undefined : (chooseWhole(attempt.artifacts) ?? attempt.console);
  return [
    ...lines.map((text) => fitLine([{ text: `    │ ${text.replaceAll('\t', '    ')}`, style: palette.dim }], width)),
    ...again.map((where) => palette.dim(`    as in ${where}`)),
    // Never cut: it is there to be copied.
    ...(whole === undefined ? [] : [palette.dim(`    whole: ${cleanLine(join(runDir, whole))}`)]),
  ];
}

function chooseWhole(artifacts: readonly string[]): string | undefined {
  for (const pattern of BEST_FIRST) {
    const found = artifacts.find((path) => pattern.test(path));
    if (found !== undefined) return found;
  }
  return artifacts[0];
}
