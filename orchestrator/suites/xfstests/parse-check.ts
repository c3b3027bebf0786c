/** What one call of `check` for one test says of it. */
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

/**
 * Reads the stdout of `check NAME`. Its exit status is no witness: it is 0 after SIGTERM, and for a name that it does
 * not know. What it lists at its end as run, not run and failed is.
 */
export function parseCheck(name: string, stdout: string): CheckVerdict {
  const lines = stdout.split('\n').map((line) => line.trimEnd());
  if (lines.includes('Interrupted!'))
    return { kind: 'none', why: 'the harness was interrupted by a signal before it came to its end' };
  const at = lines.findIndex((line) => line === name || line.startsWith(`${name} `) || line.startsWith(`${name}\t`));
  const end = lines.findIndex((line) => line.startsWith('Ran: ') || SUMMARY.test(line));
  if (lines.some((line) => line === `${name} - unknown test, ignored`))
    return { kind: 'none', why: "the harness does not know the test: it is not in its folder's group.list" };
  if (lines.includes(`${name} - no such test?`)) return { kind: 'none', why: "the test's file is not in the tree" };
  // After a signal its summary goes where the output of the test in flight went.
  if (at !== -1 && end === -1)
    return { kind: 'none', why: 'the harness ended in the middle of the test, without its summary' };
  // More was said than is kept: what the harness counts it as still stands at the end.
  if (at === -1 && listed(lines, 'Failures').has(name))
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
  if (!lines.some((line) => SUMMARY.test(line)))
    return { kind: 'none', why: 'the harness ended in the middle of its summary' };
  if (listed(lines, 'Not run').has(name)) {
    const { before, reason } = splitAtMark(block, '[not run]');
    // It counts as not run all the same, and what dumped core is a test's own probe.
    return before.includes('[dumped core]')
      ? { kind: 'fail', why: `dumped core, and then was not run: ${reason}`, details: [] }
      : { kind: 'notrun', reason };
  }
  if (listed(lines, 'Failures').has(name))
    return { kind: 'fail', why: explain(block), details: block.slice(1).filter((line) => line !== '') };
  // "Passed all 0 tests" is what it says when there was nothing to run.
  if (listed(lines, 'Ran').has(name) && lines.includes('Passed all 1 tests')) return { kind: 'pass' };
  return { kind: 'none', why: 'the harness does not say that it ran the test' };
}

function listed(lines: readonly string[], label: string): ReadonlySet<string> {
  const line = lines.find((candidate) => candidate.startsWith(`${label}: `));
  return new Set(line?.slice(label.length + 2).split(' '));
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
