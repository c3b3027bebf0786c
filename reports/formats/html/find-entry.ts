import type { Outcome } from '../../../orchestrator/model/outcome.ts';
import { cleanText, excerpt } from '../../text/clean-text.ts';
import { plural } from '../../text/format.ts';
import { MARKS } from '../../text/outcome-symbols.ts';
import { html, type Markup } from './markup.ts';

/** Something to look at: which test, what it did, why to believe it, and its first words. */
export interface Find {
  readonly test: string;
  readonly cell: string;
  readonly as: Outcome;
  /** Leads to the test's entry; absent where this page does not have it. */
  readonly href?: string;
  /** `pass → fail`. */
  readonly change?: string;
  /** Since when, how often before: the facts, most important first. */
  readonly facts?: readonly string[];
  readonly message?: string;
  readonly evidence?: string;
  /** Signatures of the kernel's reports, if they are all of the evidence. */
  readonly signatures?: readonly string[];
  readonly strip?: Markup;
}

const EXCERPT_LINES = 8;
const MAX_PLACES = 40;

/**
 * A list of finds, an entry for each cause. What one test did alike in several cells is one entry. So are tests that
 * met the same reports of the kernel, and a cell's tests that were not reached for one reason.
 * @param excerpts so many entries show what the guest said; beyond them a run in which all fails would repeat itself
 */
export function renderFinds(finds: readonly Find[], excerpts: number): Markup {
  const groups = new Map<string, Find[]>();
  for (const find of finds) {
    const { test, cell, as, change, facts, message, signatures } = find;
    const key = JSON.stringify([as === 'unreached' ? cell : (signatures ?? test), as, change, facts, message]);
    const group = groups.get(key);
    if (group) group.push(find);
    else groups.set(key, [find]);
  }
  const entries = Array.from(groups.values(), (group, index) => renderGroup(group, index < excerpts));
  return html`<ol class="finds">${entries}</ol>`;
}

function renderGroup(group: readonly Find[], withExcerpt: boolean): Markup {
  const [first] = group;
  if (!first) return html``;
  const { as, change, facts = [], message } = first;
  const [sameTest, sameCell] = [
    group.every(({ test }) => test === first.test),
    group.every(({ cell }) => cell === first.cell),
  ];
  const evidence = withExcerpt ? group.find((find) => find.evidence !== undefined)?.evidence : undefined;
  const places = group.slice(0, MAX_PLACES).map((find) => {
    const inCell = sameCell ? '' : ` in ${find.cell}`;
    const label = sameTest ? html`${find.cell}` : html`<code>${find.test}</code>${inCell}`;
    return html`<li>${renderLink(find, label)}${find.strip}</li>`;
  });
  const where = sameCell ? first.cell : `in ${plural(new Set(group.map(({ cell }) => cell)).size, 'cell')}`;
  const name = html`<code>${first.test}</code>`;
  const head =
    group.length === 1
      ? html`${renderLink(first, name)} <span class="faint">${first.cell}</span>${first.strip}`
      : sameTest
        ? html`${name} <span class="faint">in ${plural(group.length, 'cell')}</span>`
        : html`<b>${plural(group.length, 'test')}</b> <span class="faint">${where}</span>`;
  const more = group.length - MAX_PLACES;
  return html`
    <li class="${as}">
      <p class="line"><span class="word">${MARKS[as]} ${change ?? as}</span> ${head}</p>
      ${message !== undefined && html`<p class="why">${message}</p>`}
      ${facts.length > 0 && html`<p class="faint">${facts.join('; ')}</p>`}
      ${group.length > 1 && html`<ul class="places">${places}</ul>`}
      ${more > 0 && html`<p class="faint">… and ${more} more</p>`}
      ${evidence !== undefined && html`<pre>${excerpt(condense(evidence), EXCERPT_LINES, 1200)}</pre>`}
    </li>
`;
}

function renderLink({ href }: Find, label: Markup): Markup {
  return href === undefined ? label : html`<a href="${href}">${label}</a>`;
}

/** printk's time and caller: `[   18.646353][  T107] `. */
const STAMP = /^\[ *\d+\.\d{6}\](?:\[ *[TC]\d+\])? ?/;
/** No more of it is looked at: an excerpt is short. */
const MAX_LOOKED_AT = 8000;

/**
 * What an excerpt has room for. It leaves out the kernel's time stamps, its rules and blank lines, and the margin that
 * all lines have, as in xfstests' diffs. The whole stands with the test.
 */
function condense(evidence: string): string {
  const lines = cleanText(evidence.slice(0, MAX_LOOKED_AT))
    .split('\n')
    .map((line) => line.replace(STAMP, ''))
    .filter((line) => /[^\s=-]/.test(line));
  const margin = Math.min(...lines.map((line) => line.length - line.trimStart().length));
  return lines.map((line) => line.slice(margin)).join('\n');
}
