import { findBlindKernels } from '../../facts/unproven-kernels.ts';
import { isFigureAlarm } from '../../figures/compare-figures.ts';
import { formatDuration, plural } from '../../text/format.ts';
import { describeEnding, describeGuests } from '../../facts/headline.ts';
import { MARKS } from '../../text/outcome-symbols.ts';
import { FAILURES, OUTCOMES, sumTotals, UNKNOWNS } from '../../fold/outcomes.ts';
import { rerunLines } from '../../facts/rerun-command.ts';
import type { RunSummary } from '../../fold/summary.ts';
import type { Comparison } from '../../verdicts/compare-runs.ts';
import { isAlarm } from '../../verdicts/compared-test.ts';
import { VERDICT_LOOKS } from '../../verdicts/describe-verdict.ts';
import { VERDICTS } from '../../verdicts/verdict.ts';
import { html, type Markup } from './markup.ts';
import { showTotals } from './shown-totals.ts';

const MAX_CULPRITS = 4;

/** The news in a sentence, what may make it untrue, and which run it is. */
export function renderHead(summary: RunSummary, comparison: Comparison | undefined): Markup {
  const ending = describeEnding(summary);
  const rerun = rerunLines(summary);
  const { text, as } = describeNews(summary, comparison);
  const warnings = [
    ...(ending === undefined ? [] : [ending]),
    ...findBlindKernels(summary).map(({ warning }) => warning),
  ];
  const { cells, guests, totals } = summary;
  const time = `${summary.startedAt.slice(0, 16).replace('T', ' ')} UTC`;
  const extent = [
    `${plural(sumTotals(totals) - totals.excluded, 'test')} in ${plural(cells.length, 'cell')}`,
    describeGuests(guests),
    formatDuration(summary.durationMs),
  ].join(', ');
  return html`
    <header>
      <p class="brand">
        <b>pmemrig</b> ${summary.matrix} <time datetime="${summary.startedAt}">${time}</time>
        <button type="button" class="theme">Theme</button>
      </p>
<h1 class="${as}"><span class="word">${MARKS[as]}</span> ${text}</h1>
${renderCulprits(summary, comparison)}${renderChips(summary)}
${warnings.map((warning) => html`<p class="warning infra"><span class="word">${MARKS.infra} ${warning}</span></p>`)}
<details class="about"><summary>${extent}${rerun.length > 0 && '; how to run again what failed'}</summary>
<p>Run <code>${summary.runId}</code> on ${summary.host}, pmemrig ${summary.version}.</p>
      ${rerun.length > 0 && html`<pre>${rerun.join('\n')}</pre>`}
    </details>
</header>
`;
}

/** Which tests the news is about, as many as fit a line. */
function renderCulprits({ cells }: Pick<RunSummary, 'cells'>, comparison: Comparison | undefined): Markup | undefined {
  const alarms = comparison?.tests.filter(isAlarm);
  const culprits =
    alarms && alarms.length > 0
      ? alarms.map(({ test }) => test)
      : cells.flatMap(({ tests }) => tests.filter(({ outcome }) => FAILURES.has(outcome)).map(({ name }) => name));
  const distinct = [...new Set(culprits)];
  if (distinct.length === 0) return undefined;
  const [names, more] = [distinct.slice(0, MAX_CULPRITS).join(', '), distinct.length - MAX_CULPRITS];
  return html`<p class="culprits"><code>${names}</code>${more > 0 && ` and ${more} more`}</p>
`;
}

/** Totals, each of which shows its tests. */
function renderChips(summary: RunSummary): Markup {
  const chips = showTotals(summary).map(({ name, as, mark, count }) => {
    const href = name === 'excluded' && summary.excluded.length > 0 ? '#excluded' : `#outcome=${name}`;
    return html`<a class="chip ${as}" href="${href}">${mark} ${count} ${name}</a> `;
  });
  return html`<p class="chips">${chips}</p>`;
}

/** What a reader must know if it is all they read. */
function describeNews(
  { totals, ending }: Pick<RunSummary, 'totals' | 'ending'>,
  comparison: Comparison | undefined,
): { readonly text: string; readonly as: keyof typeof MARKS } {
  const [failed, unknown] = [FAILURES, UNKNOWNS].map((set) =>
    OUTCOMES.reduce((sum, outcome) => sum + (set.has(outcome) ? totals[outcome] : 0), 0),
  );
  if (comparison) {
    const alarms = VERDICTS.map((verdict) => ({
      verdict,
      count: comparison.tests.filter((test) => test.verdict === verdict && isAlarm(test)).length,
    })).filter(({ count }) => count > 0);
    const [first] = alarms;
    const slower = comparison.figures?.filter(isFigureAlarm).length ?? 0;
    if (first)
      return {
        text: [
          ...alarms.map(({ verdict, count }) => ALARMS[verdict]?.(count) ?? ''),
          ...(slower > 0 ? [`${plural(slower, 'figure')} slower`] : []),
        ].join(', '),
        as: first.verdict === 'new-test' ? 'fail' : VERDICT_LOOKS[first.verdict].as,
      };
    if (slower > 0) return { text: `${plural(slower, 'figure')} slower`, as: 'fail' };
    if (failed) return { text: `Nothing newly broken; ${plural(failed, 'test')} failed as before`, as: 'flaky' };
  }
  if (failed) return { text: `${plural(failed, 'test')} failed`, as: 'fail' };
  if (ending.reason === 'running')
    return { text: `Nothing failed so far; running, ${ending.message ?? ''}`, as: 'skip' };
  // A run that was cut off casts no doubt on the rig.
  if (ending.reason !== 'finished' && totals.unreached > 0 && totals.infra === 0)
    return {
      text:
        `Nothing failed so far; ${plural(totals.unreached, 'test')} ` +
        `${totals.unreached === 1 ? 'is' : 'are'} not reached`,
      as: 'unreached',
    };
  if (unknown)
    return {
      text: `Nothing failed, but ${plural(unknown, 'test')} ${unknown === 1 ? 'has' : 'have'} no result`,
      as: 'infra',
    };
  return totals.pass + totals.flaky === 0
    ? { text: 'No test ran', as: 'skip' }
    : {
        text:
          totals.flaky > 0
            ? `All passed in the end, ${totals.flaky} after a retry`
            : `All ${plural(totals.pass, 'test')} passed`,
        as: totals.flaky > 0 ? 'flaky' : 'pass',
      };
}

const ALARMS: Readonly<Partial<Record<keyof Comparison['totals'], (count: number) => string>>> = {
  'new-failure': (count) => plural(count, 'new failure'),
  missing: (count) => `${plural(count, 'test')} missing`,
  'newly-skipped': (count) => `${count} newly skipped`,
  'new-test': (count) => `${plural(count, 'new test')} failed`,
};
