import type { Outcome } from '../../../orchestrator/model/outcome.ts';
import { formatTotals, plural } from '../../text/format.ts';
import { countOutcomes } from '../../fold/outcomes.ts';
import type { PastTest } from '../../fold/past-test.ts';
import { html, type Markup } from './markup.ts';

/** As many earlier runs as a strip shows. */
export const STRIP_RUNS = 30;

const PITCH = 4;
const BAR = 3;
const HEIGHT = 14;

/**
 * What became of a test in its last runs, oldest first, and after a gap in this one. High bars failed, middle ones are
 * flaky, low ones passed, so that no colour is needed. A thin line stands where the kernel's release changed. Undefined
 * for a test without a past.
 * @param past oldest first; the last {@link STRIP_RUNS} are shown
 */
export function renderStrip(past: readonly PastTest[], now: Outcome): Markup | undefined {
  const shown = past.slice(-STRIP_RUNS);
  if (shown.length === 0) return undefined;
  const width = (shown.length + 1) * PITCH + BAR;
  const runs = groupRuns(shown.map(({ outcome }) => outcome));
  const turns = shown.flatMap(({ run }, index) =>
    index > 0 && run.kernelRelease !== shown[index - 1]?.run.kernelRelease ? [index] : [],
  );
  const totals = formatTotals(countOutcomes(shown.map(({ outcome }) => outcome)));
  const changed = `; the kernel's release changed ${turns.length === 1 ? 'once' : `${turns.length} times`}`;
  const words = `${plural(shown.length, 'run')} before this: ${totals}${turns.length === 0 ? '' : changed}`;
  const lines = turns.map((index) => `M${index * PITCH - 0.5} 0v${HEIGHT}`).join('');
  return html`
    <svg class="strip" width="${width}" height="${HEIGHT}" viewBox="0 0 ${width} ${HEIGHT}" role="img">
      <title>${words}</title>
      ${runs.map(({ outcome, from, count }) => bars(outcome, from * PITCH, count))}
      ${bars(now, (shown.length + 1) * PITCH, 1)}
      ${turns.length > 0 && html`<path class="turn" d="${lines}"/>`}
    </svg>`;
}

/**
 * A row of equal bars is one dashed stroke (as `.strip path` in the style has it): years of passes cost as much as one.
 */
function bars(outcome: Outcome, x: number, count: number): Markup {
  const stroke = STROKES[outcome];
  const length = count * PITCH - (PITCH - BAR);
  return html`<path class="${outcome}" d="M${x} ${HEIGHT - stroke / 2}h${length}" stroke-width="${stroke}"/>`;
}

/** Heights of the bars. */
const STROKES: Readonly<Record<Outcome, number>> = {
  crash: 14,
  hang: 14,
  fail: 14,
  flaky: 9,
  infra: 6,
  unreached: 6,
  pass: 4,
  skip: 2,
  excluded: 2,
};

function groupRuns(
  outcomes: readonly Outcome[],
): readonly { readonly outcome: Outcome; readonly from: number; readonly count: number }[] {
  const groups: { outcome: Outcome; from: number; count: number }[] = [];
  for (const [index, outcome] of outcomes.entries()) {
    const last = groups.at(-1);
    if (last?.outcome === outcome) last.count++;
    else groups.push({ outcome, from: index, count: 1 });
  }
  return groups;
}
