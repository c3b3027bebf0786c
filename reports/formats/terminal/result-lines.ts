import type { JournalEvent } from '../../../orchestrator/model/event.ts';
import type { Outcome } from '../../../orchestrator/model/outcome.ts';
import { cleanLine, excerpt } from '../../text/clean-text.ts';
import type { TestState } from '../../fold/fold-state.ts';
import { formatDuration, formatHeadlineMetrics } from '../../text/format.ts';
import { MARKS } from '../../text/outcome-symbols.ts';
import { describeFlaky, needsAttention } from '../../fold/outcomes.ts';
import { renderEvidence, type View } from './evidence-lines.ts';
import { fitLine } from './fit-line.ts';
import type { Palette } from './palette.ts';

const DETAIL_LINES = 12;

type TestEnd = Extract<JournalEvent, { type: 'test-end' }>;

/** How an attempt that just ended reads: `flaky` when it is the pass after a failure. */
export function outcomeOfEnd(event: TestEnd, whole: Outcome): Outcome {
  return event.status === 'pass' && whole === 'flaky' ? 'flaky' : event.status;
}

/**
 * One line for a finished attempt and, below a failed one, the start of its evidence and the path of the whole. `test`
 * is what the attempt belongs to, as far as it is known.
 */
export function renderResult(
  event: TestEnd,
  test: Pick<TestState, 'outcome' | 'attempts'> | undefined,
  view: View,
): string[] {
  const { width, palette } = view;
  const outcome = outcomeOfEnd(event, test?.outcome ?? event.status);
  const tries = test && outcome === 'flaky' ? describeFlaky(test.attempts) : `attempt ${event.attempt}`;
  const said = event.message ?? formatHeadlineMetrics(event.metrics ?? []);
  const line = fitLine(
    [
      { text: `${MARKS[outcome]} ${outcome.padEnd(6)}`, style: (text) => palette.outcome(outcome, text) },
      { text: formatDuration(event.durationMs).padStart(7) },
      { text: `  ${cleanLine(event.cell)}`, style: palette.dim },
      { text: `  ${cleanLine(event.test)}`, style: palette.bold },
      { text: event.attempt > 1 ? ` (${tries})` : '' },
      { text: said === '' ? '' : `  ${cleanLine(said)}` },
    ],
    width,
  );
  if (!needsAttention(outcome)) return [line];
  return [
    line,
    ...renderEvidence(test?.attempts.at(-1) ?? { ...event, artifacts: event.artifacts ?? [] }, event, view),
  ];
}

/** A kernel or image being made ready; a failure's detail may have several lines. */
export function renderStage(
  event: Extract<JournalEvent, { type: 'stage' }>,
  width: number,
  palette: Palette,
): string[] {
  const took = event.durationMs === undefined ? '' : ` (${formatDuration(event.durationMs)})`;
  const [first = '', ...more] = excerpt(event.detail, DETAIL_LINES).split('\n');
  const detail = first === '' ? '' : `: ${first}`;
  const outcome = ({ start: undefined, done: 'pass', failed: 'infra' } as const)[event.status];
  const mark = outcome === undefined ? '·' : palette.outcome(outcome, MARKS[outcome]);
  const head = fitLine(
    [{ text: `${cleanLine(event.stage)}${event.status === 'failed' ? ' failed' : ''}${detail}${took}` }],
    width - 2,
  );
  return [`${mark} ${head}`, ...more.map((text) => fitLine([{ text: `    │ ${text}` }], width))];
}

export function renderNote(text: string, width: number, palette: Palette): string {
  return fitLine([{ text: `· ${cleanLine(text)}`, style: palette.dim }], width);
}
