import { Parser, type Result } from 'tap-parser';
import type { TestResult } from '../../model/outcome.ts';

export type TapSubtest = NonNullable<TestResult['subtests']>[number];

/** What a TAP or KTAP stream says. */
export interface TapReport {
  /** The leaves in order, nested names joined by `/`. */
  readonly subtests: readonly TapSubtest[];
  /** What is wrong with the stream as a whole: results missing, a plan broken, `Bail out!`. */
  readonly problems: readonly string[];
  /** The reason given with `1..0 # SKIP reason`. */
  readonly skipAll?: string;
}

/** Whether a program's output is TAP: it begins with a version line or a plan. */
export function isTap(stdout: string): boolean {
  return /^\s*(?:K?TAP version \d+|1\.\.\d+)/.test(stdout);
}

/** Reads TAP 13 and 14, and KTAP with nested results as KUnit and kselftest's runner print them. */
export function parseTap(stdout: string): TapReport {
  const parser = new Parser();
  const report = collect(parser);
  parser.end(indentNested(stdout));
  const { results } = parser;
  const problems = [...report.problems];
  if (typeof results?.bailout === 'string' || results?.bailout === true) problems.push(`Bail out! ${results.bailout === true ? '' : results.bailout}`.trim());
  const skipAll = results?.plan.skipAll === true ? { skipAll: results.plan.skipReason.replace(/^SKIP\S*\s*/i, '') || 'no reason given' } : {};
  return { subtests: withUniqueNames(report.subtests), problems, ...skipAll };
}

/** kselftest's runner puts `# ` before each line of a test that speaks TAP itself; tap-parser knows nesting by indent. */
function indentNested(text: string): string {
  let nested = false;
  return text
    .split('\n')
    .map((line) => {
      if (/^# K?TAP version/.test(line)) nested = true;
      else if (!line.startsWith('#')) nested = false;
      const plain = nested ? `    ${line.slice(2)}` : line;
      // KTAP's version line means nothing to a TAP parser, and TAP's own says no more.
      return plain.replace(/^(\s*)KTAP version \d+/, '$1TAP version 14');
    })
    .join('\n');
}

interface Collected {
  readonly subtests: TapSubtest[];
  readonly problems: string[];
}

function collect(parser: Parser): Collected {
  const own: Collected = { subtests: [], problems: [] };
  let child: Collected | undefined;
  let diagnostics: string[] = [];
  parser.on('child', (nested: Parser) => {
    child = collect(nested);
  });
  parser.on('comment', (line: string) => diagnostics.push(line.trim()));
  parser.on('assert', (result: Result) => {
    const subtest = toSubtest(result, diagnostics);
    diagnostics = [];
    const inner = result.closingTestPoint ? child : undefined;
    child = undefined;
    if (!inner) {
      own.subtests.push(subtest);
      return;
    }
    own.subtests.push(...inner.subtests.map((leaf) => ({ ...leaf, name: `${subtest.name}/${leaf.name}` })));
    own.problems.push(...inner.problems.map((problem) => `${subtest.name}: ${problem}`));
    // Of a group only what its leaves do not tell: a failure of its own, or that it was skipped.
    const told = subtest.status === 'fail' ? inner.subtests.some(({ status }) => status === 'fail') : inner.subtests.length > 0;
    if (!told) own.subtests.push(subtest);
  });
  parser.on('complete', () => {
    own.problems.push(...(parser.results?.failures ?? []).flatMap((failure) => ('tapError' in failure && typeof failure.tapError === 'string' ? [failure.tapError] : [])));
  });
  return own;
}

function toSubtest(result: Result, diagnostics: readonly string[]): TapSubtest {
  const { title, directive, reason } = readDirective(result);
  const name = title || reason || `test ${result.id}`;
  const evidence = diagnostics.length > 0 ? { evidence: diagnostics.slice(-20).join('\n') } : {};
  if (directive === 'SKIP') return { name, status: 'skip', message: reason || 'skipped without a reason' };
  if (directive === 'TODO' || directive === 'XFAIL') return { name, status: 'skip', message: `expected to fail${reason === '' ? '' : `: ${reason}`}`, ...evidence };
  if (result.ok) return { name, status: 'pass' };
  return { name, status: 'fail', message: directive === undefined ? 'not ok' : `not ok: ${`${directive} ${reason}`.trim()}`, ...evidence };
}

/** TAP's SKIP and TODO come from the parser; KTAP's others (XFAIL, TIMEOUT, ERROR, `exit=1`) it leaves in the name. */
function readDirective({ name, skip, todo }: Result): { title: string; directive?: string; reason: string } {
  if (skip !== false) return { title: name, directive: 'SKIP', reason: skip === true ? '' : skip };
  if (todo !== false) return { title: name, directive: 'TODO', reason: todo === true ? '' : todo };
  const match = /^(.*?)\s*# (XFAIL|TIMEOUT|ERROR|exit=\d+)\b\s*(.*)$/.exec(name);
  return match ? { title: match[1] ?? '', directive: match[2] ?? '', reason: match[3] ?? '' } : { title: name, reason: '' };
}

function withUniqueNames(subtests: readonly TapSubtest[]): TapSubtest[] {
  const seen = new Map<string, number>();
  return subtests.map((subtest) => {
    const count = (seen.get(subtest.name) ?? 0) + 1;
    seen.set(subtest.name, count);
    return count === 1 ? subtest : { ...subtest, name: `${subtest.name} (${count})` };
  });
}
