import { cleanLine, excerpt } from '../../text/clean-text.ts';
import { artifactPaths } from '../junit/junit-properties.ts';
import { describeFlaky, judgeCell, needsAttention, shownAttempt } from '../../fold/outcomes.ts';
import type { CellSummary, RunSummary, TestSummary } from '../../fold/summary.ts';
import { shorten, TextBudget } from '../../text/text-budget.ts';
import type { Comparison } from '../../verdicts/compare-runs.ts';
import { type ComparedTest, isAlarm } from '../../verdicts/compared-test.ts';
import { describeOdds } from '../../verdicts/describe-verdict.ts';
import { type FindCompared, indexCompared } from '../../verdicts/index-compared.ts';

const VERSION = 'KTAP version 1';
/** One level of nesting, by the kernel's ktap.rst. KUnit's own output has four blanks; its parser takes both. */
const INDENT = '  ';
const EVIDENCE_LINES = 20;
/** A second one in the words of a result, which a parser might take for the line's own. */
const DIRECTIVE = /#\s*(SKIP|TODO|XFAIL|XPASS|TIMEOUT|ERROR)/gi;

/**
 * `results.ktap` in pieces, one a cell. A cell is a test whose subtests are its tests; those that a test itself
 * reported are nested once more. https://docs.kernel.org/dev-tools/ktap.html
 *
 * | outcome | line |
 * |---|---|
 * | pass, flaky | `ok`; a flaky one says how often it failed |
 * | fail, crash | `not ok … # fail: why` |
 * | hang | `not ok … # TIMEOUT why` |
 * | infra, unreached | `not ok … # ERROR why`: never green |
 * | skip, excluded | `ok … # SKIP why` |
 * | a failure that a list knows | `ok … # XFAIL why` |
 */
export function* renderKtap(summary: RunSummary, comparison?: Comparison): Generator<string> {
  const budget = new TextBudget();
  const findCompared = indexCompared(comparison);
  const { cells, excluded } = summary;
  yield (
    `${VERSION}\n` +
    `1..${cells.length + excluded.length}\n` +
    `# pmemrig ${cleanLine(summary.version)}: ` +
    `${cleanLine(summary.matrix)}, run ${cleanLine(summary.runId)} of ${summary.startedAt} on ` +
    `${cleanLine(summary.host)}\n`
  );
  let number = 0;
  for (const cell of cells) {
    number += 1;
    yield join([...indent(renderCell(cell, findCompared, budget)), resultLine(cellResult(cell), number, cell.id)]);
  }
  for (const { id, reason } of excluded) {
    number += 1;
    yield join([resultLine({ ok: true, words: `SKIP left out: ${reason}` }, number, id)]);
  }
}

/** The second half of a result line: whether it counts as good, and what stands behind the `#`. */
interface KtapResult {
  readonly ok: boolean;
  readonly words?: string;
}

function renderCell(cell: CellSummary, findCompared: FindCompared, budget: TextBudget): readonly string[] {
  const children = new Map<string, TestSummary[]>();
  for (const test of cell.tests)
    if (test.parent !== undefined) children.set(test.parent, [...(children.get(test.parent) ?? []), test]);
  const names = new Set(cell.tests.map(({ name }) => name));
  // What was found in a test that the cell does not have stands for itself: nothing may vanish.
  const own = cell.tests.filter(({ parent }) => parent === undefined || !names.has(parent));
  const render = (tests: readonly TestSummary[], parent: string, above: readonly string[]): string[] => [
    VERSION,
    `# Subtest: ${describe(parent)}`,
    `1..${tests.length}`,
    ...above,
    ...tests.flatMap((test, index) => {
      const nested = children.get(test.name);
      const name =
        test.parent === parent && test.name.startsWith(`${parent}/`) ? test.name.slice(parent.length + 1) : test.name;
      return [
        ...(nested ? indent(render(nested, test.name, [])) : []),
        ...diagnostics(test, findCompared(cell.id, test.name), budget),
        resultLine(testResult(test), index + 1, name),
      ];
    }),
  ];
  const guest = cell.guests.at(-1);
  return render(
    own,
    cell.id,
    guest
      ? [`# kernel ${cleanLine(guest.kernelRelease)}, ${guest.accelerator}, console ${cleanLine(guest.console)}`]
      : [],
  );
}

/** The lines before a result that explain it. */
function diagnostics(test: TestSummary, verdict: ComparedTest | undefined, budget: TextBudget): readonly string[] {
  const shown = shownAttempt(test);
  const files = artifactPaths(test);
  const looksBad = needsAttention(test.outcome);
  const evidence = looksBad && shown?.evidence !== undefined ? excerpt(shown.evidence, EVIDENCE_LINES) : '';
  return [
    ...(verdict && (looksBad || isAlarm(verdict)) ? [`verdict: ${verdict.verdict}, ${describeOdds(verdict)}`] : []),
    ...(test.problems ?? []).map((signature) => `kernel problem: ${cleanLine(signature)}`),
    // Clean already, and with its own blanks. Behind a bar no line of it reads as a result, a version or a `# Subtest`:
    // kselftest's parsers look behind `# `, too.
    ...(evidence === ''
      ? []
      : budget
          .take(evidence, files[0] ?? 'events.jsonl')
          .split('\n')
          .map((line) => `| ${line}`)),
    ...(looksBad && files.length > 0 ? [`files: ${files.join(' ')}`] : []),
  ].map((line) => `# ${line}`.trimEnd());
}

function testResult(test: TestSummary): KtapResult {
  const why = test.message ?? 'no reason given';
  switch (test.outcome) {
    case 'pass':
      return { ok: true };
    case 'flaky':
      return { ok: true, words: `flaky: ${describeFlaky(test.attempts)}` };
    case 'skip':
      return { ok: true, words: `${test.forgiven ? 'XFAIL' : 'SKIP'} ${why}` };
    case 'excluded':
      return { ok: true, words: `SKIP excluded: ${why}` };
    case 'fail':
    case 'crash':
      return { ok: false, words: `${test.outcome}: ${why}` };
    case 'hang':
      return { ok: false, words: `TIMEOUT ${why}` };
    case 'infra':
      return { ok: false, words: `ERROR ${why}` };
    case 'unreached':
      return { ok: false, words: `ERROR not reached: ${why}` };
    default:
      return test.outcome satisfies never;
  }
}

function cellResult(cell: CellSummary): KtapResult {
  const { worst } = judgeCell(cell);
  if (needsAttention(worst)) return { ok: false };
  return worst === 'skip' || worst === 'excluded' ? { ok: true, words: 'SKIP nothing of it ran' } : { ok: true };
}

function resultLine({ ok, words }: KtapResult, number: number, name: string): string {
  const why = words === undefined ? '' : ` # ${shorten(cleanLine(words)).replaceAll(DIRECTIVE, '_ $1')}`;
  // To node-tap's parser a brace at the end opens a block of subtests.
  return `${ok ? 'ok' : 'not ok'} ${number} ${describe(name)}${why}`.replace(/\{$/, '_');
}

/** A `#` begins what is no name, and KTAP has no way to write one in it. */
function describe(name: string): string {
  return cleanLine(name).replaceAll('#', '_');
}

function indent(lines: readonly string[]): readonly string[] {
  return lines.map((line) => `${INDENT}${line}`);
}

function join(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`;
}
