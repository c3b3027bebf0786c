import { join } from 'node:path';
import { cleanLine, excerpt } from '../clean-text.ts';
import type { AttemptSummary } from '../summary.ts';
import { fitLine } from './fit-line.ts';
import type { Palette } from './palette.ts';

/** A report of lockdep has about a hundred lines, and its first thirty tell both locks and who took them. */
const MAX_LINES = 30;
const MAX_CHARS = 4000;

/** By how much a file tells of a failure: the kernel's own report, what differs from the expected output, the program's words, the rest. */
const TELLING = [/\/problems\//, /(?:^|[./])out\.bad$/, /\/output\.\d+\.log$|check\.log$/, /\/console\//];

/** The first lines of what shows a failure, and where the whole of it lies. `runDir` is the run's folder. */
export function renderEvidence({ evidence, artifacts, console }: Pick<AttemptSummary, 'evidence' | 'artifacts' | 'console'>, runDir: string, width: number, palette: Palette, maxLines = MAX_LINES): string[] {
  const lines = evidence === undefined || evidence.trim() === '' ? [] : excerpt(evidence, maxLines, MAX_CHARS).split('\n');
  const whole = chooseWhole(artifacts) ?? console;
  return [
    ...lines.map((text) => fitLine([{ text: `    │ ${text.replaceAll('\t', '    ')}`, style: palette.dim }], width)),
    // Never cut: it is there to be copied.
    ...(whole === undefined ? [] : [palette.dim(`    whole: ${cleanLine(join(runDir, whole))}`)]),
  ];
}

function chooseWhole(artifacts: readonly string[]): string | undefined {
  for (const pattern of TELLING) {
    const found = artifacts.find((path) => pattern.test(path));
    if (found !== undefined) return found;
  }
  return artifacts[0];
}
