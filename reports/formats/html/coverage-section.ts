import { type CoverageGroup, type CoverageShare, surveyCoverage } from '../../facts/coverage-groups.ts';
import { boundGroups, COVERAGE_FILE, describeWhy, nameLegs, nameTests } from '../../facts/describe-coverage.ts';
import { plural } from '../../text/format.ts';
import { MARKS } from '../../text/outcome-symbols.ts';
import type { RunSummary } from '../../fold/summary.ts';
import { html, type Markup } from './markup.ts';
import { encodePath } from './test-entry.ts';

const MAX_GROUPS = 100;
const MAX_NAMES_LENGTH = 20_000;
const MAX_LEGS = 50;

/** What the matrix did not test, a line for each reason that opens to the tests and legs; nothing if it tested all. */
export function renderCoverage(summary: Pick<RunSummary, 'cells'>): Markup {
  const { tests, nowhere, partly } = surveyCoverage(summary);
  if (nowhere.tests + partly.tests === 0) return html``;
  const file = html`<a href="${encodePath(COVERAGE_FILE)}">${COVERAGE_FILE}</a>`;
  return html`<section aria-labelledby="coverage"><h2 id="coverage">Coverage</h2>
<p class="faint">Each of ${plural(tests, 'test')} in each cell: ${file}</p>
${renderShare('ran nowhere', nowhere)}${renderShare('ran on some legs only', partly)}</section>
`;
}

function renderShare(what: string, share: CoverageShare): Markup {
  if (share.tests === 0) return html``;
  const { shown, more } = boundGroups(share, MAX_GROUPS);
  return html`<p><b>${plural(share.tests, 'test')} ${what}</b></p>
${shown.map(renderGroup)}${more === '' ? undefined : html`<p class="faint">${more}</p>`}`;
}

function renderGroup(group: CoverageGroup): Markup {
  const outcome = group.why[0]?.outcome ?? 'skip';
  const [lostOn, ranOn] = [group.lostOn, group.ranOn].map((legs) => nameLegs(legs, group, MAX_LEGS));
  return html`
    <details class="gap">
      <summary class="${outcome}">
        <span class="word">${MARKS[outcome]} ${plural(group.tests.length, 'test')}</span>
        <span>${describeWhy(group, 1000)}</span>
      </summary>
<div>
        <p class="mono">${nameTests(group.tests, MAX_NAMES_LENGTH)}</p>
        <p>Not on <span class="mono">${lostOn}</span></p>
        ${group.ranOn.size > 0 && html`<p>Ran on <span class="mono">${ranOn}</span></p>`}
      </div>
    </details>
`;
}
