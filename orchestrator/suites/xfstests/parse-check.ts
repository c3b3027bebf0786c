/** What `check` says of one test. */
export type CheckVerdict =
  | { readonly kind: 'pass' }
  | { readonly kind: 'fail'; readonly why: string; readonly details: readonly string[] }
  | { readonly kind: 'notrun'; readonly reason: string }
  /** No result: `check` did not run the test, or did not come to its end. */
  | { readonly kind: 'none'; readonly why: string };

/** The last line of the harness's summary. */
const SUMMARY = /^(?:Passed all|Failed) \d+/;
/** Stands for the reason of a test that gave no reason. */
export const NO_REASON = 'no reason given';

/** Behind it held-check.sh says how `check` stands. */
const STATE = '@state';

/**
 * Reads what held-check.sh prints of one test. The exit status of `check` is no witness: it is 0 after SIGTERM, and for
 * a name that it does not know. What it has counted as run, not run and failed is.
 */
export function parseCheck(name: string, stdout: string): CheckVerdict {
  const { lines, held } = split(stdout);
  if (lines.includes('Interrupted!'))
    return { kind: 'none', why: 'the harness was interrupted by a signal before it came to its end' };
  const at = lines.findIndex((line) => line === name || line.startsWith(`${name} `) || line.startsWith(`${name}\t`));
  const end = held ? lines.length : lines.findIndex((line) => line.startsWith('Ran: ') || SUMMARY.test(line));
  if (lines.some((line) => line === `${name} - unknown test, ignored`))
    return { kind: 'none', why: "the harness does not know the test: it is not in its folder's group.list" };
  if (lines.includes(`${name} - no such test?`)) return { kind: 'none', why: "the test's file is not in the tree" };
  // After a signal its summary goes where the output of the test in flight went.
  if (at !== -1 && end === -1)
    return { kind: 'none', why: 'the harness ended in the middle of the test, without its summary' };
  const { failed, notRun } = held ?? { failed: listed(lines, 'Failures: '), notRun: listed(lines, 'Not run: ') };
  // More was said than is kept: what the harness counts it as still stands at the end.
  if (at === -1 && failed.has(name))
    return {
      kind: 'fail',
      why: 'the harness counts it as failed',
      details: lines.slice(0, end).filter((line) => line !== ''),
    };
  if (at === -1) return { kind: 'none', why: lines.findLast((line) => line !== '') ?? 'the harness said nothing' };

  const first = (lines[at] ?? '').slice(name.length);
  const block = [first, ...lines.slice(at + 1, end)];
  if (first.endsWith('[expunged]'))
    return { kind: 'none', why: 'the harness expunged the test, which nobody asked it to' };
  if (!held && !lines.some((line) => SUMMARY.test(line)))
    return { kind: 'none', why: 'the harness ended in the middle of its summary' };
  if (notRun.has(name)) {
    const { before, reason } = splitAtMark(block, '[not run]');
    // It counts as not run all the same, and what dumped core is a test's own probe.
    return before.includes('[dumped core]')
      ? { kind: 'fail', why: `dumped core, and then was not run: ${reason}`, details: [] }
      : { kind: 'notrun', reason };
  }
  if (failed.has(name))
    return { kind: 'fail', why: explain(block), details: block.slice(1).filter((line) => line !== '') };
  return (held ? saysTime(block) : listsPass(name, lines))
    ? { kind: 'pass' }
    : { kind: 'none', why: 'the harness does not say that it ran the test' };
}

interface Said {
  /** Of this test: ahead of it, of itself, and the summary where it was the last. */
  readonly lines: readonly string[];
  /** What the harness has counted so far, where it stands before a next test. */
  readonly held?: { readonly failed: ReadonlySet<string>; readonly notRun: ReadonlySet<string> };
}

/** What held-check.sh prints, without the state. */
export function wordsOfCheck(stdout: string): string {
  const at = stdout.lastIndexOf(`\n${STATE}\n`);
  return at === -1 ? stdout : stdout.slice(0, at);
}

function split(stdout: string): Said {
  const said = wordsOfCheck(stdout);
  const state = stdout.slice(said.length).split('\n');
  const next = state.find((line) => line.startsWith('held '))?.slice('held '.length);
  // The next test's name stands there already, mostly on a line of its own.
  const own = next === undefined ? said : said.slice(0, said.lastIndexOf(next));
  return {
    lines: own.split('\n').map((line) => line.trimEnd()),
    ...(next !== undefined && { held: { failed: listed(state, 'failed '), notRun: listed(state, 'notrun ') } }),
  };
}

/** Ends so only for a test that it does not count as failed: `generic/413  5s ...  6s`. */
function saysTime(block: readonly string[]): boolean {
  return /(?:^|\s)\d+s$/.test(block.findLast((line) => line !== '') ?? '');
}

/** "Passed all 0 tests" is what it says when there was nothing to run. */
function listsPass(name: string, lines: readonly string[]): boolean {
  return listed(lines, 'Ran: ').has(name) && lines.some((line) => /^Passed all [1-9]\d* tests$/.test(line));
}

function listed(lines: readonly string[], label: string): ReadonlySet<string> {
  const line = lines.find((candidate) => candidate.startsWith(label));
  return new Set(line?.slice(label.length).split(' '));
}

/** The words behind the mark, on any line: what the harness found before it may have ended with a line of its own. */
function splitAtMark(block: readonly string[], mark: string): { readonly before: string; readonly reason: string } {
  const text = block
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join(' ');
  const at = text.indexOf(mark);
  return at === -1
    ? { before: '', reason: text || NO_REASON }
    : { before: text.slice(0, at), reason: text.slice(at + mark.length).trim() || NO_REASON };
}

/**
 * The harness's own complaints, each once: `- output mismatch (see …)`, `[failed, exit status 1]`, `_check_dmesg:
 * something found in dmesg (see …)`.
 */
function explain(block: readonly string[]): string {
  const [first = '', ...more] = block;
  const own = first.replace(/^\s+(\d+s \.\.\.)?\s*/, '');
  const found = [
    ...own.matchAll(/\[(failed, exit status \d+|dumped core)\]|- (output mismatch)|(no qualified output)/g),
  ].map(([, bracket, mismatch, other]) => bracket ?? mismatch ?? other ?? '');
  const checks = [own, ...more].flatMap(
    (line) => /(_check_\w+: .*)/.exec(line)?.[1] ?? /^- (output mismatch)/.exec(line)?.[1] ?? [],
  );
  const reasons = [...new Set([...found, ...checks.map((line) => line.replace(/ \(see [^)]*\)/, ''))])].filter(
    (reason) => reason !== '',
  );
  return reasons.join('; ') || own || 'the harness counts it as failed';
}
