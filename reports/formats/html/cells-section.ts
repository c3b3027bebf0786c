import { formatDuration, formatTotals } from '../../text/format.ts';
import { MARKS } from '../../text/outcome-symbols.ts';
import { judgeCell, needsAttention } from '../../fold/outcomes.ts';
import type { CellSummary, GuestSummary, RunSummary, TestSummary } from '../../fold/summary.ts';
import type { Verdict } from '../../verdicts/verdict.ts';
import { anchorId } from './anchors.ts';
import { html, type Markup } from './markup.ts';
import { encodePath, renderTest } from './test-entry.ts';
import { present } from '../../../orchestrator/model/present.ts';

/** What the page knows of single tests beside the run itself. */
export interface TestKnowledge {
  readonly verdictOf: (cell: string, test: string) => Verdict | undefined;
  readonly stripOf: (cell: string, test: Pick<TestSummary, 'name' | 'outcome'>) => Markup | undefined;
}

/** Every cell with every test, piece by piece: there may be 100,000. What needs a look is open. */
export function* renderCells({ cells }: Pick<RunSummary, 'cells'>, knowledge: TestKnowledge): Generator<string> {
  // A lone cell is what the reader came for.
  for (const [index, cell] of cells.entries()) yield* renderCell(cell, index, knowledge, cells.length === 1);
}

function* renderCell(
  cell: CellSummary,
  index: number,
  { verdictOf, stripOf }: TestKnowledge,
  alone: boolean,
): Generator<string> {
  const { worst, totals, known } = judgeCell(cell);
  const guest = cell.guests.at(-1);
  const took = cell.durationMs === undefined ? undefined : formatDuration(cell.durationMs);
  const attention = needsAttention(worst);
  const flags = html`${attention && html` data-print=""`}${(attention || alone) && html` open`}`;
  yield html`<details class="cell" id="${anchorId(index)}" data-kernel="${cell.kernel}"${flags}>
    <summary class="${worst}">
      <span class="word">${MARKS[worst]}</span>
      <span class="id">${cell.id}</span>
      <span class="word">${formatTotals(totals, known)}</span>
      <span class="faint">${took}</span>
    </summary>
<div>${guest && renderGuests(guest, cell.guests)}
`.markup;
  for (const [place, test] of cell.tests.entries()) {
    const [verdict, strip] = [verdictOf(cell.id, test.name), stripOf(cell.id, test)];
    yield renderTest(test, { id: anchorId(index, place), ...present({ verdict, strip }) }).markup;
  }
  yield '</div></details>\n';
}

function renderGuests(last: GuestSummary, guests: readonly GuestSummary[]): Markup {
  const how = last.template === undefined ? 'booted' : 'forked';
  const booted = `Linux ${last.kernelRelease}, ${last.accelerator}, ${how} in ${formatDuration(last.bootMs)}.`;
  const consoles = guests.map(({ console, guest }) => html`<a href="${encodePath(console)}">guest ${guest}</a> `);
  return html`<p class="faint">${booted} Console: ${consoles}</p>`;
}
