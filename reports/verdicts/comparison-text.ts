import type { Outcome } from '../../orchestrator/model/outcome.ts';
import { cleanLine } from '../clean-text.ts';
import { plural } from '../format.ts';
import { MARKS } from '../marks.ts';
import { fitLine } from '../terminal/fit-line.ts';
import { type Palette, PLAIN } from '../terminal/palette.ts';
import type { ComparedTest, Comparison } from './compare-runs.ts';
import { describeOdds, describeSince } from './describe-verdict.ts';
import { type Verdict, VERDICTS } from './verdict.ts';

const MAX_LISTED = 40;
const EVIDENCE_LINES = 8;

/** How a verdict is dressed, and whether its tests are listed or only counted. */
const LOOKS: Readonly<Record<Verdict, { readonly as: Outcome; readonly listed: boolean }>> = {
  'new-failure': { as: 'fail', listed: true },
  missing: { as: 'unreached', listed: true },
  'newly-skipped': { as: 'skip', listed: true },
  fixed: { as: 'pass', listed: true },
  'new-test': { as: 'skip', listed: false },
  untold: { as: 'infra', listed: true },
  'known-failure': { as: 'flaky', listed: true },
  'still-skipped': { as: 'skip', listed: false },
  'still-passing': { as: 'pass', listed: false },
};

/** What differs between two runs, the alarms first, each with what makes it credible. */
export function formatComparison(comparison: Comparison, { width = Infinity, palette = PLAIN }: { readonly width?: number; readonly palette?: Palette } = {}): string[] {
  const { base, now, tests, totals, onlyBase, onlyNow } = comparison;
  const groups = VERDICTS.filter((verdict) => totals[verdict] > 0).flatMap((verdict) => {
    const found = tests.filter((test) => test.verdict === verdict && (LOOKS[verdict].listed || isWorthALine(test)));
    if (found.length === 0) return [];
    return ['', palette.bold(`${verdict} (${totals[verdict]})`), ...found.slice(0, MAX_LISTED).flatMap((test) => formatTest(test, width, palette)), ...(found.length > MAX_LISTED ? [`  … ${found.length - MAX_LISTED} more`] : [])];
  });
  return [
    `${palette.dim('base')} ${base.runId}  ${cleanLine(describeKernels(base))}`,
    `${palette.dim('now ')} ${now.runId}  ${cleanLine(describeKernels(now))}`,
    ...groups,
    '',
    ...describeCells('the baseline', onlyBase),
    ...describeCells('this run', onlyNow),
    palette.bold(VERDICTS.filter((verdict) => totals[verdict] > 0).map((verdict) => `${totals[verdict]} ${verdict}`).join(', ') || 'no test in either run'),
  ];
}

function formatTest(test: ComparedTest, width: number, palette: Palette): string[] {
  const { as } = LOOKS[test.verdict];
  const change = `${test.base ?? 'absent'} → ${test.now ?? 'absent'}`;
  const head = fitLine(
    [
      { text: `${MARKS[as]} `, style: (text) => palette.outcome(as, text) },
      { text: `${cleanLine(test.cell)}  `, style: palette.dim },
      { text: cleanLine(test.test), style: palette.bold },
      { text: `  ${change}`, style: (text) => palette.outcome(as, text) },
      { text: test.message === undefined ? '' : `  ${cleanLine(test.message)}` },
    ],
    width,
  );
  const since = describeSince(test);
  const evidence = test.verdict === 'new-failure' ? (test.evidence ?? '').split('\n').filter((line) => line.trim() !== '').slice(0, EVIDENCE_LINES) : [];
  return [head, fitLine([{ text: `    ${describeOdds(test)}${since === undefined ? '' : `; ${since}`}`, style: palette.dim }], width), ...evidence.map((line) => fitLine([{ text: `    │ ${cleanLine(line)}` }], width))];
}

/** Of those that are else only counted. */
function isWorthALine({ verdict, now }: ComparedTest): boolean {
  return verdict === 'new-test' && (now === 'fail' || now === 'crash' || now === 'hang');
}

/** `debian-6.12 6.12.95+deb12-amd64`, each kernel once. */
function describeKernels({ cells }: Comparison['base']): string {
  const releases = new Map(cells.flatMap(({ kernel, guests }) => guests.map(({ kernelRelease }) => [kernel, kernelRelease] as const)));
  return Array.from(releases, ([kernel, release]) => `${kernel} ${release}`).join(', ');
}

function describeCells(where: string, cells: readonly string[]): string[] {
  if (cells.length === 0) return [];
  const shown = cells.slice(0, 5).join(', ');
  return [`${plural(cells.length, 'cell')} of ${where} alone, not compared: ${cleanLine(shown)}${cells.length > 5 ? ', …' : ''}`];
}
