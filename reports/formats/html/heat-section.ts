import { formatTotals } from '../../text/format.ts';
import { MARKS } from '../../text/outcome-symbols.ts';
import { judgeCell, OUTCOMES, sumTotals } from '../../fold/outcomes.ts';
import type { CellSummary, RunSummary, Totals } from '../../fold/summary.ts';
import { anchorId } from './anchors.ts';
import { html, type Markup } from './markup.ts';

/**
 * The matrix: kernels side by side, below each suite a row for each topology and file system. Every square leads to its
 * cell's tests.
 */
export function renderHeat({ cells }: Pick<RunSummary, 'cells'>, newFailures: ReadonlyMap<string, number>): Markup {
  if (cells.length < 2) return html``;
  const kernels = [...new Set(cells.map(({ kernel }) => kernel))];
  const anchors = new Map(cells.map((cell, index) => [cell, `#${anchorId(index)}`]));
  const square = (cell: CellSummary | undefined): Markup =>
    cell
      ? renderSquare(cell, anchors.get(cell) ?? '', newFailures.get(cell.id) ?? 0)
      : html`<td class="none"><span aria-hidden="true">·</span><span class="sr">not planned</span></td>`;
  const heads = kernels.map(
    (kernel) => html`<th scope="col">${kernel}<br /><span class="faint">${releaseOf(cells, kernel)}</span></th>`,
  );
  return html`<section><h2 id="matrix">Matrix</h2>
<p class="faint legend">Each square: how its worst tests ended, and how many of all. The bar below it is all of them.</p>
<div class="scroll" tabindex="0" role="region" aria-labelledby="matrix">
    <table class="heat">
      <thead><tr><td></td>${heads}</tr></thead>
${groupRows(cells).map(({ suite, rows }) => renderSuite(suite, rows, kernels, square))}</table></div></section>
`;
}

function renderSuite(
  suite: string,
  rows: readonly HeatRow[],
  kernels: readonly string[],
  square: (cell: CellSummary | undefined) => Markup,
): Markup {
  const lines = rows.map(({ label, cells }) => {
    const words = label.map((part) => html`<span>${part}</span> `);
    return html`<tr><th scope="row">${words}</th>${kernels.map((kernel) => square(cells.get(kernel)))}</tr>
`;
  });
  return html`
    <tbody>
      <tr><th scope="rowgroup" colspan="${kernels.length + 1}" class="suite"><span>${suite}</span></th></tr>
${lines}</tbody>
`;
}

function renderSquare(cell: CellSummary, href: string, fresh: number): Markup {
  const { worst, totals, known } = judgeCell(cell);
  const all = sumTotals(totals);
  const count = totals[worst] === all ? String(all) : `${totals[worst]}/${all}`;
  const flag = fresh === 0 ? undefined : html` <b class="new">${fresh} new</b>`;
  return html`
    <td class="${worst}">
      <a href="${href}" title="${cell.id}: ${formatTotals(totals, known)}">
        <span class="count">
          <span aria-hidden="true">${MARKS[worst]} </span>
          <span class="sr">${worst} </span>
          ${count}${flag}
        </span>
        ${renderShares(totals, all)}
      </a>
    </td>`;
}

/** All outcomes of a cell as parts of a bar; its words are the square's title. */
function renderShares(totals: Totals, all: number): Markup {
  let x = 0;
  const parts = OUTCOMES.filter((outcome) => totals[outcome] > 0).map((outcome) => {
    const width = (100 * totals[outcome]) / all;
    const part = html`<rect class="${outcome}" x="${round(x)}" width="${round(width)}" height="4"/>`;
    x += width;
    return part;
  });
  return html`<svg class="shares" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">${parts}</svg>`;
}

function round(value: number): number {
  return Number(value.toFixed(1));
}

interface HeatRow {
  /** Image where there are several, topology, file system where there is one. */
  readonly label: readonly string[];
  /** By kernel. */
  readonly cells: Map<string, CellSummary>;
}

function groupRows(
  cells: readonly CellSummary[],
): readonly { readonly suite: string; readonly rows: readonly HeatRow[] }[] {
  const manyImages = new Set(cells.map(({ image }) => image)).size > 1;
  const suites = new Map<string, Map<string, HeatRow>>();
  for (const cell of cells) {
    const label = [
      ...(manyImages ? [cell.image] : []),
      cell.pmem,
      ...(cell.filesystem === 'none' ? [] : [cell.filesystem]),
    ];
    const rows = suites.get(cell.suite) ?? new Map<string, HeatRow>();
    const row = rows.get(label.join('/')) ?? { label, cells: new Map<string, CellSummary>() };
    row.cells.set(cell.kernel, cell);
    suites.set(cell.suite, rows.set(label.join('/'), row));
  }
  return Array.from(suites, ([suite, rows]) => ({ suite, rows: [...rows.values()] }));
}

/** `uname -r` of the kernel's guests, unless its name says it. */
function releaseOf(cells: readonly CellSummary[], kernel: string): string | undefined {
  const release = cells.find((cell) => cell.kernel === kernel && cell.guests.length > 0)?.guests.at(-1)?.kernelRelease;
  return release === kernel ? undefined : release;
}
