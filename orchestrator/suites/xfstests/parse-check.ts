/** What one call of `check` for one test says of it. */
export type CheckVerdict =
  | { readonly kind: 'pass' }
  | { readonly kind: 'fail'; readonly why: string; readonly details: readonly string[] }
  | { readonly kind: 'notrun'; readonly reason: string }
  /** No result: `check` did not run the test, or did not come to its end. */
  | { readonly kind: 'none'; readonly why: string };

/**
 * Reads the stdout of `check NAME`. Its exit status is no witness: it is 0 after SIGTERM, and for a name that it does not know. What it lists at its end as run, not run and failed is.
 */
export function parseCheck(name: string, stdout: string): CheckVerdict {
  const lines = stdout.split('\n').map((line) => line.trimEnd());
  if (lines.includes('Interrupted!')) return { kind: 'none', why: 'the harness was interrupted by a signal before it came to its end' };
  const at = lines.findIndex((line) => line === name || line.startsWith(`${name} `) || line.startsWith(`${name}\t`));
  const end = lines.findIndex((line) => line.startsWith('Ran: ') || /^(Passed all|Failed) \d+/.test(line));
  if (lines.some((line) => line === `${name} - unknown test, ignored`)) return { kind: 'none', why: "the harness does not know the test: it is not in its folder's group.list" };
  if (lines.includes(`${name} - no such test?`)) return { kind: 'none', why: "the test's file is not in the tree" };
  // After a signal its summary goes where the output of the test in flight went.
  if (at !== -1 && end === -1) return { kind: 'none', why: 'the harness ended in the middle of the test, without its summary' };
  if (at === -1) return { kind: 'none', why: lines.findLast((line) => line !== '') ?? 'the harness said nothing' };

  const first = (lines[at] ?? '').slice(name.length);
  const block = [first, ...lines.slice(at + 1, end)];
  if (first.endsWith('[expunged]')) return { kind: 'none', why: 'the harness expunged the test, which nobody asked it to' };
  if (listed(lines, 'Not run').has(name)) return { kind: 'notrun', reason: afterMark(block, '[not run]') };
  if (listed(lines, 'Failures').has(name)) return { kind: 'fail', why: explain(block), details: block.slice(1).filter((line) => line !== '') };
  // "Passed all 0 tests" is what it says when there was nothing to run.
  if (listed(lines, 'Ran').has(name) && lines.includes('Passed all 1 tests')) return { kind: 'pass' };
  return { kind: 'none', why: 'the harness does not say that it ran the test' };
}

function listed(lines: readonly string[], label: string): ReadonlySet<string> {
  const line = lines.find((candidate) => candidate.startsWith(`${label}: `));
  return new Set(line?.slice(label.length + 2).split(' '));
}

function afterMark(block: readonly string[], mark: string): string {
  const [first = '', ...more] = block;
  const reason = [first.slice(first.indexOf(mark) + mark.length), ...more].map((line) => line.trim()).filter((line) => line !== '');
  return reason.join(' ') || 'no reason given';
}

/** The harness's own complaints, each once: `- output mismatch (see …)`, `[failed, exit status 1]`, `_check_dmesg: something found in dmesg (see …)`. */
function explain(block: readonly string[]): string {
  const [first = '', ...more] = block;
  const own = first.replace(/^\s+(\d+s \.\.\.)?\s*/, '');
  const found = [...own.matchAll(/\[(failed, exit status \d+|dumped core)\]|- (output mismatch)|(no qualified output)/g)].map(([, bracket, mismatch, other]) => bracket ?? mismatch ?? other ?? '');
  const checks = [own, ...more].flatMap((line) => /(_check_\w+: .*)/.exec(line)?.[1] ?? (/^- (output mismatch)/.exec(line)?.[1] ?? []));
  const reasons = [...new Set([...found, ...checks.map((line) => line.replace(/ \(see [^)]*\)/, ''))])].filter((reason) => reason !== '');
  return reasons.join('; ') || own || 'the harness counts it as failed';
}
