import { cleanText } from '../../text/clean-text.ts';
import { formatDuration, formatHeadlineMetrics, formatMetricValue, plural } from '../../text/format.ts';
import { MARKS } from '../../text/outcome-symbols.ts';
import { measuredFigures } from '../../facts/measured-figures.ts';
import { needsAttention, otherFailedAttempts, shownAttempt } from '../../fold/outcomes.ts';
import type { AttemptSummary, TestSummary } from '../../fold/summary.ts';
import type { Verdict } from '../../verdicts/verdict.ts';
import { renderEvidence } from './evidence.ts';
import { html, type Markup } from './markup.ts';

/** What is known of a test beside what it did in this run. */
export interface TestExtras {
  /** The id of its element. */
  readonly id?: string;
  readonly verdict?: Verdict;
  /** See `history-strip.ts`. */
  readonly strip?: Markup;
}

/** One test of a cell: a line, and what there is to show for it. */
export function renderTest(test: TestSummary, { id, verdict, strip }: TestExtras = {}): Markup {
  const { outcome, name, message, forgiven } = test;
  const shown = shownAttempt(test);
  const others = otherFailedAttempts(test);
  const bad = needsAttention(outcome);
  const known = forgiven !== undefined;
  const tries = test.attempts.length > 1 ? `${test.attempts.length} attempts` : undefined;
  const facts = [shown && formatDuration(shown.durationMs), tries, formatHeadlineMetrics(measuredFigures(test))]
    .filter(Boolean)
    .join(' · ');
  const [as, word] = known ? (['flaky', 'known'] as const) : ([outcome, outcome] as const);
  const place = id !== undefined && html` id="${id}"`;
  const fresh = verdict === 'new-failure' && html` <b class="new">new</b>`;
  return html`
    <div class="t ${as}"${place} data-o="${word}"${verdict && html` data-v="${verdict}"`}>
      <div class="line">
        <span class="word">${MARKS[as]} ${word}</span> <code class="name">${name}</code>
        ${fresh} <span class="faint">${facts}</span>${strip}${shown && renderExtras(shown, bad)}
      </div>
      ${message !== undefined && html`<p class="why">${message}</p>`}
      ${shown && renderProof(shown, bad)}
      ${others.map(renderOther)}
    </div>
`;
}

function renderOther(attempt: AttemptSummary): Markup {
  return html`
    <p class="${attempt.status}">
      <span class="word">attempt ${attempt.attempt}: ${attempt.status}</span> ${attempt.message}
    </p>
    ${renderProof(attempt, true)}`;
}

/** What a failed attempt left, in sight: its words, its files, and the console log of its guest. */
function renderProof({ evidence, artifacts, console }: AttemptSummary, failed: boolean): Markup {
  const files = failed
    ? [...artifacts, ...(console !== undefined && !artifacts.includes(console) ? [console] : [])]
    : [];
  return html`${evidence !== undefined && renderEvidence(evidence)}${files.length > 0 && renderFiles(files)}`;
}

/** What there is beside that, folded into the test's own line: figures, and of a test that went well its files. */
function renderExtras({ artifacts, metrics }: AttemptSummary, failed: boolean): Markup | undefined {
  const files = failed ? [] : artifacts;
  const what = [
    ...(metrics.length > 0 ? [plural(metrics.length, 'figure')] : []),
    ...(files.length > 0 ? [plural(files.length, 'file')] : []),
  ];
  if (what.length === 0) return undefined;
  const figures = metrics.map(
    (metric) => html`<tr><td class="mono">${metric.name}</td><td class="num">${formatMetricValue(metric)}</td></tr>`,
  );
  return html`
    <details class="more">
      <summary>${what.join(', ')}</summary>
      ${files.length > 0 && renderFiles(files)}
      ${figures.length > 0 && html`<table>${figures}</table>`}
    </details>`;
}

/** Named from the cell's folder, which is as long as the cell's id above. */
function renderFiles(files: readonly string[]): Markup {
  const links = files.map((path) => {
    const name = path.replace(/^cells\/[^/]+\/(?=.)/, '');
    return html`<a href="${encodePath(path)}">${name}</a> `;
  });
  return html`<p class="files">${links}</p>`;
}

/** A path relative to the run folder as a link: never another scheme or host, for any path. */
export function encodePath(path: string): string {
  return `./${path
    .split('/')
    .map((part) => encodeURIComponent(cleanText(part)))
    .join('/')}`;
}
