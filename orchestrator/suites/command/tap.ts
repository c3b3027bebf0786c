import { Parser, type Result } from 'tap-parser';
import { EXPECTED_TO_FAIL } from '../../model/forgiven.ts';
import type { TestResult } from '../../model/outcome.ts';
import { lastLines } from '../shared/last-lines.ts';
import { oneLine } from '../shared/one-line.ts';
import { readDirective } from './tap-directive.ts';
import { MAX_RESULTS, readTapLines } from './tap-lines.ts';

const MAX_NAME_CHARS = 200;
const MAX_REASON_CHARS = 500;

export type TapSubtest = NonNullable<TestResult['subtests']>[number];

/** What a TAP or KTAP stream says. */
export interface TapReport {
  /** The leaves in order, nested names joined by `/`; those of a group that never ended, too. */
  readonly subtests: readonly TapSubtest[];
  /** What is wrong with the stream as a whole: results missing, a plan broken, `Bail out!`. */
  readonly problems: readonly string[];
  /** The reason given with `1..0 # SKIP reason`. */
  readonly skipAll?: string;
}

/** Whether a program's output is TAP: it begins with a version line or a plan. */
export function isTap(stdout: string): boolean {
  return findTap(stdout) !== undefined;
}

/** Where the stream begins: at its version line, whatever a script said before it, or with a plan as the very first word. */
function findTap(stdout: string): number | undefined {
  return (/^\s*1\.\.\d+/.exec(stdout) ?? /^K?TAP version \d+/m.exec(stdout))?.index;
}

/** Reads TAP 13 and 14, and KTAP with nested results as KUnit and kselftest's runner print them. */
export function parseTap(stdout: string): TapReport {
  const parser = new Parser();
  const report = collect(parser);
  const { text, leftOut } = readTapLines(stdout.slice(findTap(stdout) ?? 0));
  parser.end(text);
  const { results } = parser;
  const problems = [...report.problems];
  if (leftOut > 0) problems.unshift(`${leftOut} results were left out: ${MAX_RESULTS} are read at most, nested ten deep`);
  if (typeof results?.bailout === 'string' || results?.bailout === true) problems.push(oneLine(`Bail out! ${results.bailout === true ? '' : results.bailout}`, MAX_REASON_CHARS));
  // Of a stream that stops after its version line tap-parser says so, too.
  if (parser.syntheticPlan) problems.push('neither a plan nor a result');
  else if (results?.plan.skipAll === true) {
    return { subtests: [], problems, skipAll: oneLine(results.plan.skipReason.replace(/^SKIP\S*\s*/i, ''), MAX_REASON_CHARS) || 'no reason given' };
  }
  return { subtests: withUniqueNames(report.subtests), problems };
}

interface Collected {
  /** Of a group, from the `# Subtest:` line in it or before it. */
  name: string;
  readonly subtests: TapSubtest[];
  readonly problems: string[];
}

function collect(parser: Parser): Collected {
  const own: Collected = { name: parser.name, subtests: [], problems: [] };
  let child: Collected | undefined;
  let diagnostics: string[] = [];
  const addLeaves = (group: string, inner: Collected) => {
    own.subtests.push(...inner.subtests.map((leaf) => ({ ...leaf, name: `${group}/${leaf.name}` })));
    own.problems.push(...inner.problems.map((problem) => `${group}: ${problem}`));
  };
  /** The guest died or was cut short inside it: what it had printed still counts. */
  const addUnfinished = () => {
    if (!child) return;
    const group = child.name || 'unfinished';
    addLeaves(group, child);
    own.problems.push(`the group "${oneLine(group, MAX_NAME_CHARS)}" has no result of its own`);
    child = undefined;
  };
  parser.on('child', (nested: Parser) => {
    addUnfinished();
    child = collect(nested);
  });
  parser.on('comment', (line: string) => {
    own.name ||= /^# Subtest: (.+)/.exec(line.trim())?.[1] ?? '';
    diagnostics = [...diagnostics.slice(-19), line.trim()];
  });
  parser.on('assert', (result: Result) => {
    const subtest = toSubtest(result, diagnostics);
    diagnostics = [];
    const inner = result.closingTestPoint ? child : undefined;
    child = undefined;
    if (!inner) {
      own.subtests.push(subtest);
      return;
    }
    addLeaves(subtest.name, inner);
    // Of a group only what its leaves do not tell: a failure of its own, or that it was skipped.
    const told = subtest.status === 'fail' ? inner.subtests.some(({ status }) => status === 'fail') : inner.subtests.length > 0;
    if (!told) own.subtests.push(subtest);
  });
  parser.on('complete', () => {
    addUnfinished();
    own.problems.push(...(parser.results?.failures ?? []).flatMap((failure) => ('tapError' in failure && typeof failure.tapError === 'string' ? [failure.tapError] : [])));
  });
  return own;
}

function toSubtest(result: Result, diagnostics: readonly string[]): TapSubtest {
  const { title, directive, ...rest } = readDirective(result);
  const reason = oneLine(rest.reason, MAX_REASON_CHARS);
  // kselftest.h prints the name behind the directive: `ok 1 # SKIP map_sync`. A diagnostic alone is no name: it varies.
  const name = oneLine(title, MAX_NAME_CHARS) || (directive === undefined ? '' : oneLine(reason, MAX_NAME_CHARS)) || `test ${result.id}`;
  const evidence = diagnostics.length > 0 ? { evidence: lastLines(diagnostics.join('\n'), 20, 2000) } : {};
  if (directive === 'SKIP') return { name, status: 'skip', message: reason || 'skipped without a reason' };
  if (directive === 'TODO' || directive === 'XFAIL') return { name, status: 'skip', message: `${EXPECTED_TO_FAIL}${reason === '' ? '' : `: ${reason}`}`, ...evidence };
  if (result.ok) return { name, status: 'pass' };
  return { name, status: 'fail', message: ['not ok', `${directive ?? ''} ${reason}`.trim()].filter((part) => part !== '').join(': '), ...evidence };
}

/** Reports tell tests by their names, which must hold when names are cut, too. */
function withUniqueNames(subtests: readonly TapSubtest[]): TapSubtest[] {
  const taken = new Set<string>();
  const counts = new Map<string, number>();
  return subtests.map((subtest) => {
    const base = oneLine(subtest.name, MAX_NAME_CHARS);
    let name = base;
    let count = counts.get(base) ?? 0;
    do {
      count += 1;
      name = count === 1 ? base : `${base} (${count})`;
    } while (taken.has(name));
    counts.set(base, count);
    taken.add(name);
    return { ...subtest, name };
  });
}
