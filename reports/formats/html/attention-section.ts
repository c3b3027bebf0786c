import { plural } from '../../text/format.ts';
import { needsAttention, OUTCOMES, shownAttempt } from '../../fold/outcomes.ts';
import { signaturesOf } from '../../fold/splats.ts';
import type { RunSummary, TestSummary } from '../../fold/summary.ts';
import { anchorId } from './anchors.ts';
import { type Find, renderFinds } from './find-entry.ts';
import { html, type Markup } from './markup.ts';
import { present } from '../../../orchestrator/model/present.ts';

const MAX_LISTED = 100;
const MAX_EXCERPTS = 10;

/** For a run that is judged by itself: what failed or stayed unknown, worst first. */
export function renderAttention(
  { cells }: Pick<RunSummary, 'cells'>,
  stripOf: (cell: string, test: TestSummary) => Markup | undefined,
): Markup {
  const bad = cells.flatMap((cell, index) =>
    cell.tests.flatMap((test, place) =>
      needsAttention(test.outcome) ? [{ cell, test, href: `#${anchorId(index, place)}` }] : [],
    ),
  );
  if (bad.length === 0) return html``;
  const ordered = bad
    .toSorted((a, b) => OUTCOMES.indexOf(a.test.outcome) - OUTCOMES.indexOf(b.test.outcome))
    .slice(0, MAX_LISTED);
  const finds = ordered.map(({ cell, test, href }): Find => {
    const attempt = shownAttempt(test);
    const evidence = attempt?.evidence;
    const signatures = attempt && signaturesOf(attempt);
    const strip = stripOf(cell.id, test);
    return {
      test: test.name,
      cell: cell.id,
      as: test.outcome,
      href,
      ...present({ message: test.message, evidence, signatures, strip }),
    };
  });
  const more = bad.length - MAX_LISTED;
  return html`<section aria-labelledby="look"><h2 id="look">To look at</h2>
${renderFinds(finds, MAX_EXCERPTS)}
    ${more > 0 && html`<p><a href="#outcome=attention">… and ${plural(more, 'more test')}</a></p>`}
    </section>
`;
}
