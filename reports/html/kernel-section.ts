import { countsAsFailure, describeCoverage, describeGrowth, describePlace, describeStanding, orderProblems } from '../describe-kernel.ts';
import { MARKS } from '../marks.ts';
import type { ProblemSummary, RunSummary } from '../summary.ts';
import { html, type Markup } from './markup.ts';
import { encodePath } from './test-entry.ts';

/** What the kernels reported, whole, and what lockdep saw; nothing on a run without either. */
export function renderKernel({ problems, lockdep }: RunSummary): Markup {
  return html`${problems.length === 0 ? undefined : html`<h2>Kernel problems</h2>
${orderProblems(problems).map(renderProblem)}`}${lockdep.length === 0 ? undefined : html`<h2>Lockdep coverage</h2>
<ul>${lockdep.map((coverage) => html`<li${coverage.uncovered > 0 ? html` class="infra"` : undefined}><span${coverage.uncovered > 0 ? html` class="word"` : undefined}>${describeCoverage(coverage)}</span><br><span class="faint">${describeGrowth(coverage)}</span></li>`)}</ul>
`}`;
}

function renderProblem(problem: ProblemSummary): Markup {
  const outcome = countsAsFailure(problem) ? 'fail' : 'skip';
  const standing = describeStanding(problem);
  const { file } = problem.first;
  return html`<details${countsAsFailure(problem) ? html` open` : undefined}><summary class="${outcome}"><span class="word">${MARKS[outcome]} ${problem.kind}</span><span class="mono">${problem.title}</span><span class="faint">${problem.kernel}: ${describePlace(problem)}</span></summary>
<div>${standing === '' ? undefined : html`<p>${standing}</p>`}<p class="faint">Signature <code>${problem.signature}</code>${file === undefined ? undefined : html`, <a href="${encodePath(file)}">as a file</a>`}</p><pre>${problem.text}</pre></div></details>
`;
}
