import {
  countsAsFailure,
  describeCoverage,
  describeGrowth,
  describePlace,
  describeStanding,
  orderProblems,
} from '../../facts/describe-kernel.ts';
import { MARKS } from '../../text/outcome-symbols.ts';
import type { ProblemSummary, RunSummary } from '../../fold/summary.ts';
import type { Anchors } from './anchors.ts';
import { renderEvidence } from './evidence.ts';
import { html, type Markup } from './markup.ts';
import { encodePath } from './test-entry.ts';

/** What the kernels reported, whole, and what lockdep saw; nothing on a run without either. */
export function renderKernel({ problems, lockdep }: RunSummary, anchors: Anchors): Markup {
  return html`${problems.length > 0 && renderProblems(problems, anchors)}${lockdep.length > 0 && renderLockdep(lockdep)}`;
}

function renderProblems(problems: readonly ProblemSummary[], anchors: Anchors): Markup {
  const news = orderProblems(problems).filter(({ expected }) => expected !== true);
  const planted = problems.filter(({ expected }) => expected === true);
  return html`<section aria-labelledby="problems"><h2 id="problems">Kernel problems</h2>
${news.map((problem) => renderProblem(problem, anchors))}${renderPlanted(planted, anchors)}</section>`;
}

function renderLockdep(lockdep: RunSummary['lockdep']): Markup {
  const lines = lockdep.map((coverage) => {
    const [item, word] = coverage.uncovered > 0 ? [html` class="infra"`, html` class="word"`] : [];
    return html`
      <li${item}>
        <span${word}>${describeCoverage(coverage)}</span><br />
        <span class="faint">${describeGrowth(coverage)}</span>
      </li>`;
  });
  return html`<section aria-labelledby="lockdep"><h2 id="lockdep">Lockdep coverage</h2>
<ul>${lines}</ul></section>
`;
}

/** What a selftest planted and the rig saw: proof, not news. */
function renderPlanted(problems: readonly ProblemSummary[], anchors: Anchors): Markup | undefined {
  if (problems.length === 0) return undefined;
  const title = `${MARKS.pass} ${problems.length} planted by the selftest, and seen`;
  return html`
    <details class="problem">
      <summary class="pass"><span class="word">${title}</span></summary>
      <div>${problems.map((problem) => renderProblem(problem, anchors))}</div>
    </details>
`;
}

function renderProblem(problem: ProblemSummary, anchors: Anchors): Markup {
  const outcome = countsAsFailure(problem) ? 'fail' : 'skip';
  const standing = describeStanding(problem);
  const { file, cell, test } = problem.first;
  const href = anchors.test(cell, test);
  return html`
    <details class="problem"${countsAsFailure(problem) && html` data-print="" open`}>
      <summary class="${outcome}">
        <span class="word">${MARKS[outcome]} ${problem.kind}</span>
        <span class="mono">${problem.title}</span>
        <span class="faint">${problem.kernel}: ${describePlace(problem)}</span>
      </summary>
<div>
        ${standing !== '' && html`<p>${standing}</p>`}
        <p class="faint">Signature <code>${problem.signature}</code>
        ${href !== undefined && html`, <a href="${href}">the test</a>`}
        ${file !== undefined && html`, <a href="${encodePath(file)}">as a file</a>`}</p>
        ${renderEvidence(problem.text, 40)}
      </div>
    </details>
`;
}
