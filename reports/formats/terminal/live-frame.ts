import type { Outcome } from '../../../orchestrator/model/outcome.ts';
import { cleanLine } from '../../text/clean-text.ts';
import { formatDuration } from '../../text/format.ts';
import type { RunFold } from '../../fold/fold.ts';
import { MARKS } from '../../text/outcome-symbols.ts';
import { OUTCOMES, sumTotals } from '../../fold/outcomes.ts';
import { countLeft } from './count-left.ts';
import { fitLine } from './fit-line.ts';
import type { Palette } from './palette.ts';
import { estimateSecondsLeft, paceOf, shareDone } from './time-left.ts';

export interface FrameSize {
  readonly width: number;
  readonly height: number;
}

const BAR_WIDTH = 24;
/** Counts, bar and the line for what had no room. */
const FIXED_LINES = 4;

/** The part of the live view that is drawn over: counts, progress, what runs now. Pure, `nowMs` in epoch ms. */
export function renderFrame(fold: RunFold, nowMs: number, { width, height }: FrameSize, palette: Palette): string[] {
  const cells = [...fold.cells.values()].filter(
    ({ startedAt, endedAt }) => startedAt !== undefined && endedAt === undefined,
  );
  const preparing = [...fold.stages.values()].filter(({ status }) => status === 'start');
  const active = [
    ...preparing.map(({ stage, detail }) => [
      { text: `▸ ${cleanLine(stage)}` },
      { text: `  ${detail === '' ? 'being made ready' : cleanLine(detail)}`, style: palette.dim },
    ]),
    ...cells.flatMap(({ plan, running, tests }) => {
      const id = { text: `▸ ${cleanLine(plan.id)}`, style: palette.dim };
      if (running.size === 0) return [[id, { text: '  between tests' }]];
      return [...running.values()].map(({ test, since }) => [
        id,
        { text: `  ${cleanLine(test)}` },
        {
          text: `  ${describeElapsed(nowMs - Date.parse(since), tests.get(test)?.estimateSec ?? 0)}`,
          style: palette.dim,
        },
      ]);
    }),
  ];
  const room = Math.max(1, height - FIXED_LINES);
  const shown = active.length <= room ? active : active.slice(0, room - 1);
  return [
    ...shown.map((spans) => fitLine(spans, width)),
    ...(shown.length < active.length
      ? [fitLine([{ text: `  … and ${active.length - shown.length} more`, style: palette.dim }], width)]
      : []),
    renderCounts(fold, width, palette),
    renderProgress(fold, nowMs, width, palette),
  ];
}

function renderCounts(fold: RunFold, width: number, palette: Palette): string {
  const spans = listCounts(fold).map(({ outcome, count, word }) => ({
    text: `${MARKS[outcome]} ${count} ${word}  `,
    style: (text: string) => palette.outcome(outcome, text),
  }));
  return fitLine(spans.length === 0 ? [{ text: 'no test finished yet', style: palette.dim }] : spans, width);
}

interface Count {
  readonly outcome: Outcome;
  readonly count: number;
  readonly word: string;
}

/** What has ended so far. A failure that a list knows did run: it is no skip to a reader. */
function listCounts({ totals, known }: RunFold): readonly Count[] {
  const ended = OUTCOMES.filter((outcome) => outcome !== 'unreached' && outcome !== 'excluded');
  return ended
    .flatMap((outcome): Count[] =>
      outcome === 'skip'
        ? [
            { outcome, count: known, word: 'known' },
            { outcome, count: totals.skip - known, word: outcome },
          ]
        : [{ outcome, count: totals[outcome], word: outcome }],
    )
    .filter(({ count }) => count > 0);
}

function renderProgress(fold: RunFold, nowMs: number, width: number, palette: Palette): string {
  const facts = paceOf(fold, nowMs);
  const share = shareDone(facts);
  const filled = Math.round(share * BAR_WIDTH);
  const left =
    fold.firstCellAt === undefined
      ? ''
      : `, about ${formatDuration(Math.ceil(estimateSecondsLeft(facts)) * 1000)} left`;
  return fitLine(
    [
      { text: '━'.repeat(filled), style: (text) => palette.outcome('pass', text) },
      { text: '─'.repeat(BAR_WIDTH - filled), style: palette.dim },
      { text: ` ${Math.floor(share * 100)} %`, style: palette.bold },
      { text: `  ${countDone(fold)}${left}` },
    ],
    width,
  );
}

function countDone(fold: RunFold): string {
  if (fold.repeat > 1) {
    const { all, left } = countLeft(fold);
    return `${all - left}/${all} test runs`;
  }
  const all = sumTotals(fold.totals) - fold.totals.excluded;
  return `${all - fold.totals.unreached}/${all} tests`;
}

/** `12s of about 40s`. */
export function describeElapsed(elapsedMs: number, estimateSec: number): string {
  const usual = estimateSec === 0 ? '' : ` of about ${formatDuration(estimateSec * 1000)}`;
  return `${formatDuration(Math.max(0, Math.floor(elapsedMs / 1000)) * 1000)}${usual}`;
}
